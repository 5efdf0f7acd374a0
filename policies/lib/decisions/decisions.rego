# METADATA
# title: Decisions
# description: |
#   The one shape in which every policy answers: `{allowed, required_approvals, reasons: [{rule, message}]}`.
#   A policy collects its denials as an object from the id of a rule to the message, and allows where it is empty.
package lib.decisions

# METADATA
# title: Allow
# description: Allowed by the one rule that is named, once the required roles have approved.
allow(rule, message, required_roles) := {
	"allowed": true,
	"required_approvals": required_roles,
	"reasons": [{"rule": rule, "message": message}],
}

# METADATA
# title: Deny
# description: Denied by every rule that denies, sorted by id. Undefined without a denial.
deny(denials) := {
	"allowed": false,
	"required_approvals": [],
	"reasons": [{"rule": rule, "message": denials[rule]} | some rule in sort(object.keys(denials))],
} if {
	count(denials) > 0
}
