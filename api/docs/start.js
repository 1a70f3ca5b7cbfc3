// Shows the contract of this very instance; nothing is loaded from elsewhere.
window.addEventListener("DOMContentLoaded", () => {
	SwaggerUIBundle({
		url: "openapi.json",
		dom_id: "#docs",
		deepLinking: true,
		docExpansion: "list",
		defaultModelsExpandDepth: 0,
		validatorUrl: null,
	});
});
