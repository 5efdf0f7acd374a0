# Bundles that the tests bring in: a stricter policy, and entrypoints that no server may switch on. Compiled by
#   opa build -t wasm -o candidate.tar.gz candidate.rego -e high_risk/operations/decision -e high_risk/operations/loops \
#     -e high_risk/operations/slow -e high_risk/operations/greedy -e high_risk/operations/silent -e high_risk/operations/open -e high_risk/operations/shapeless
package high_risk.operations

default decision := {
	"allowed": false,
	"required_approvals": [],
	"reasons": [{"rule": "half-an-hour", "message": "Access is for half an hour at most."}],
}

decision := {
	"allowed": true,
	"required_approvals": ["security_officer"],
	"reasons": [{"rule": "short-enough", "message": "Half an hour needs the security officer alone."}],
} if {
	input.resource.properties.duration_minutes <= 30
}

# Takes hours, and hardly any memory.
loops := decision if {
	many := {number | some number in numbers.range(1, 300)}
	not ascending(many)
}

ascending(many) if {
	some a in many
	some b in many
	some c in many
	some d in many
	some e in many
	a < b
	b < c
	c < d
	d < e
	e < a
}

# Takes longer than anybody may wait.
slow := decision if {
	many := {number | some number in numbers.range(1, 18)}
	not ascending(many)
}

# Takes more memory than there is.
greedy := decision if count(numbers.range(1, 100000000)) > 0

silent := decision if input.never

open := {"allowed": true, "required_approvals": [], "reasons": []}

shapeless := {"allow": true}
