// Opens /docs in Chromium, calls GET /v1/me without and with "Authorize", and prints what it saw.
const { chromium } = require("playwright-core");

const [base, token] = process.argv.slice(2);
const seen = { elsewhere: [], faults: [] };

async function call(page) {
	const me = page.locator("#operations-me-getMe");
	const answered = page.waitForResponse((answer) => answer.url() === `${base}/v1/me`);
	await me.getByRole("button", { name: "Execute" }).click();
	const answer = await answered;
	await me.locator(".live-responses-table .response-col_status",
		{ hasText: String(answer.status()) }).waitFor();
	seen.body = await me.locator(".live-responses-table").innerText();
	return answer.status();
}

async function authorize(page) {
	await page.getByRole("button", { name: "Authorize" }).first().click();
	const dialog = page.locator(".modal-ux");
	await dialog.locator("input").fill(token);
	await dialog.getByRole("button", { name: "Apply credentials" }).click();
	await dialog.getByRole("button", { name: "Close" }).first().click();
}

async function main() {
	const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
	const page = await browser.newPage();
	page.on("request", (request) => {
		if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(base))
			seen.elsewhere.push(request.url());
	});
	page.on("pageerror", (error) => seen.faults.push(String(error)));
	page.on("console", (line) => {
		// a 401 is what the first call is for
		if (line.type() === "error" && !line.text().includes("401"))
			seen.faults.push(line.text());
	});
	await page.goto(`${base}/docs`);
	await page.locator("#operations-me-getMe").waitFor();
	seen.operations = await page.locator(".opblock").count();
	await page.locator("#operations-me-getMe .opblock-summary").click();
	await page.locator("#operations-me-getMe").getByRole("button", { name: "Try it out" }).click();
	seen.without = await call(page);
	await authorize(page);
	seen.with = await call(page);
	await page.goto(`${base}/problems/forbidden`);
	seen.title = await page.locator("h1").innerText();
	await browser.close();
	console.log(JSON.stringify(seen));
}

main().catch((error) => {
	console.error(error, JSON.stringify(seen));
	process.exit(1);
});
