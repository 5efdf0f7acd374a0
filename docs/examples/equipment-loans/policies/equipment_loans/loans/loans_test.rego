package equipment_loans.loans_test

import data.equipment_loans.loans

asking := {
	"subject": {"type": "user", "id": "ann", "properties": {"roles": ["engineer"]}},
	"action": {"name": "equipment-loans.loan.request"},
	"resource": {"type": "equipment-loans.loan", "id": "1", "properties": {"item": "Oscilloscope", "value_eur": 999, "days": 60}},
	"context": {},
}

with_properties(properties) := object.union(asking, {"resource": {"properties": properties}})

rules(decision) := [reason.rule | some reason in decision.reasons]

test_a_team_lead_approves_what_is_cheap if {
	decision := loans.decision with input as asking
	decision.allowed
	decision.required_approvals == ["team_lead"]
}

test_finance_approves_too_what_is_costly if {
	decision := loans.decision with input as with_properties({"value_eur": 1000})
	decision.allowed
	decision.required_approvals == ["team_lead", "finance"]
}

test_what_is_too_long_or_worth_too_much_is_denied if {
	rules(loans.decision) == ["duration-limit"] with input as with_properties({"days": 61})
	rules(loans.decision) == ["duration-limit"] with input as with_properties({"days": 0.5})
	rules(loans.decision) == ["value-limit"] with input as with_properties({"value_eur": 20001})
}

test_an_account_executive_may_borrow_too if {
	decision := loans.decision with input as object.union(asking, {"subject": {"properties": {"roles": ["ae"]}}})
	decision.allowed
}

test_nobody_else_borrows if {
	decision := loans.decision with input as object.union(asking, {"subject": {"properties": {"roles": ["auditor"]}}})
	rules(decision) == ["staff-only"]
}

test_what_is_missing_denies if {
	rules(loans.decision) == ["duration-limit", "staff-only", "value-limit"] with input as {}
}
