package sample_pack.items_test

import data.sample_pack.items

registering := {
	"subject": {"type": "user", "id": "ann", "properties": {"roles": ["engineer"]}},
	"action": {"name": "sample-pack.item.register"},
	"resource": {"type": "sample-pack.item", "id": "1", "properties": {"amount": 1000}},
	"context": {},
}

rules(decision) := [reason.rule | some reason in decision.reasons]

test_an_engineer_registers_up_to_the_limit if {
	items.decision.allowed with input as registering
}

test_more_than_the_limit_is_denied if {
	decision := items.decision with input as object.union(registering, {"resource": {"properties": {"amount": 1001}}})
	rules(decision) == ["amount-limit"]
}

test_nobody_else_registers if {
	decision := items.decision with input as object.union(registering, {"subject": {"properties": {"roles": ["ae"]}}})
	rules(decision) == ["engineer-only"]
}

test_what_is_missing_denies if {
	rules(items.decision) == ["amount-limit", "engineer-only"] with input as {}
}
