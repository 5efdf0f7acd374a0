# METADATA
# title: What the policy for visitors decides
package visitors.admission_test

import data.visitors.admission

visit(hours, roles) := {
	"subject": {"type": "user", "id": "018f0000-0000-7000-8000-000000000001", "properties": {"roles": roles}},
	"action": {"name": "visitors.visit.announce"},
	"resource": {"type": "visitors.visit", "id": "018f0000-0000-7000-8000-00000000000a", "properties": {"hours": hours}},
	"context": {},
}

test_a_day_is_allowed if admission.decision.allowed with input as visit(8, ["engineer"])

test_more_than_a_day_is_denied if not admission.decision.allowed with input as visit(9, ["engineer"])

test_no_hours_are_denied if not admission.decision.allowed with input as visit(0, ["engineer"])

test_others_are_denied if not admission.decision.allowed with input as visit(1, ["auditor"])

test_an_empty_input_is_denied if not admission.decision.allowed with input as {}
