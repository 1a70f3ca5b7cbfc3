/* Signs a text with the active key, and checks such a signature. */
#include "auth/signature.h"
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include "auth/token_keys.h"
#include "base/encoding.h"

enum { SIGNATURE_MOST = 128 }; /* DER of two numbers of 32 bytes is 72 at most */

static void cleanup_bio(BIO **bio)
{
	BIO_free(*bio);
}

static void cleanup_pkey(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

static void cleanup_context(EVP_MD_CTX **context)
{
	EVP_MD_CTX_free(*context);
}

#define autobio __attribute__((cleanup(cleanup_bio))) BIO
#define autopkey __attribute__((cleanup(cleanup_pkey))) EVP_PKEY
#define autocontext __attribute__((cleanup(cleanup_context))) EVP_MD_CTX

char *signature_make(struct arena *arena, const char *text, char ret_kid[ID_SIZE])
{
	char *pem = token_key_private(arena, ret_kid);
	autobio *bio = pem ? BIO_new_mem_buf(pem, -1) : NULL;
	autopkey *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	autocontext *context = EVP_MD_CTX_new();
	unsigned char made[SIGNATURE_MOST];
	size_t length = sizeof(made);
	bool good = pkey && context &&
		    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey) == 1 &&
		    EVP_DigestSign(context, made, &length, (const unsigned char *)text,
				   strlen(text)) == 1;

	if (pem)
		explicit_bzero(pem, strlen(pem));
	return good ? base64url_encode(arena, made, length) : NULL;
}

bool signature_holds(struct arena *arena, const char *text, const char *signature,
		     const char *pems)
{
	autobio *bio = BIO_new_mem_buf(pems, -1);
	unsigned char *bytes;
	size_t length;
	bool holds = false, more = true;

	if (!bio ||
	    !base64url_decode(arena, signature, strlen(signature), &bytes, &length))
		return false;
	while (!holds && more) {
		autopkey *pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
		autocontext *context = EVP_MD_CTX_new();

		more = pkey != NULL;
		holds = pkey && context &&
			EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, pkey) ==
				1 &&
			EVP_DigestVerify(context, bytes, length,
					 (const unsigned char *)text, strlen(text)) == 1;
	}
	return holds;
}
