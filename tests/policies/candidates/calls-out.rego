# Compiled by: opa build -t wasm -o calls-out.tar.gz calls-out.rego -e high_risk/operations/decision
package high_risk.operations

decision := {"allowed": false, "required_approvals": [], "reasons": []} if {
	http.send({"method": "get", "url": "http://127.0.0.1/"}).status_code == 200
}
