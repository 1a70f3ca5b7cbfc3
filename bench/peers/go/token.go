// Who calls: an ES256 token by the service's public keys, verified once.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log"
	"math/big"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/golang-jwt/jwt"
)

type claims struct {
	jwt.RegisteredClaims
	Tenant       string `json:"tid"`
	Appointments []struct {
		Scope interface{} `json:"scope"` // "tenant", or a list of schools
	} `json:"appointments"`
}

var keys = map[string]*ecdsa.PublicKey{}
var verified sync.Map // of a token: its *claims
var parser = jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}))
var issuer = os.Getenv("PEER_ISSUER")

func (c *claims) wide() bool {
	for _, a := range c.Appointments {
		if a.Scope == "tenant" {
			return true
		}
	}
	return false
}

// The claims of a good token, nil of any other.
func verify(token string) *claims {
	if known, ok := verified.Load(token); ok && known.(*claims).ExpiresAt.After(time.Now()) {
		return known.(*claims)
	}
	found := &claims{}
	_, err := parser.ParseWithClaims(token, found, func(t *jwt.Token) (interface{}, error) {
		if key := keys[t.Header["kid"].(string)]; key != nil {
			return key, nil
		}
		return nil, errors.New("unknown key")
	})
	if err != nil || !found.VerifyIssuer(issuer, true) || !found.VerifyAudience("chaperone", true) {
		return nil
	}
	verified.Store(token, found)
	return found
}

func number(text string) *big.Int {
	bytes, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return new(big.Int).SetBytes(bytes)
}

func tokensStart() {
	var set struct{ Keys []struct{ Kid, X, Y string } }
	answer, err := http.Get(issuer + "/.well-known/jwks.json")
	if err == nil {
		err = json.NewDecoder(answer.Body).Decode(&set)
	}
	if err != nil {
		log.Fatal(err)
	}
	for _, k := range set.Keys {
		keys[k.Kid] = &ecdsa.PublicKey{Curve: elliptic.P256(), X: number(k.X), Y: number(k.Y)}
	}
}
