package vendor_risk.vendors_test

import data.vendor_risk.vendors

registering := {
	"subject": {"type": "user", "id": "ann", "properties": {"roles": ["analyst"]}},
	"action": {"name": "vendor-risk.vendor.register"},
	"resource": {
		"type": "vendor-risk.vendor",
		"id": "1",
		"properties": {"country": "NL", "yearly_spend": "99999.99", "data_access": "none"},
	},
	"context": {},
}

with_properties(properties) := object.union(registering, {"resource": {"properties": properties}})

rules(decision) := [reason.rule | some reason in decision.reasons]

test_low_risk_is_accepted_by_nobody if {
	decision := vendors.decision with input as registering
	decision.allowed
	rules(decision) == ["low"]
	decision.required_approvals == []
}

test_internal_data_is_accepted_by_a_security_officer if {
	decision := vendors.decision with input as with_properties({"data_access": "internal"})
	rules(decision) == ["medium"]
	decision.required_approvals == ["security_officer"]
}

test_personal_data_and_high_spend_are_accepted_by_finance_too if {
	every properties in [{"data_access": "personal"}, {"yearly_spend": "100000.00"}, {"yearly_spend": "100000", "data_access": "internal"}] {
		decision := vendors.decision with input as with_properties(properties)
		rules(decision) == ["high"]
		decision.required_approvals == ["security_officer", "finance"]
	}
}

test_sanctioned_countries_are_denied if {
	every country in data.vendor_risk.vendors.sanctioned_countries {
		rules(vendors.decision) == ["sanctioned-country"] with input as with_properties({"country": country})
	}
}

test_what_is_no_value_is_denied if {
	rules(vendors.decision) == ["data-access"] with input as with_properties({"data_access": "all"})
	rules(vendors.decision) == ["yearly-spend"] with input as with_properties({"yearly_spend": "much"})
	rules(vendors.decision) == ["yearly-spend"] with input as with_properties({"yearly_spend": "-1"})
	rules(vendors.decision) == ["yearly-spend"] with input as with_properties({"yearly_spend": 5})
	rules(vendors.decision) == ["sanctioned-country"] with input as with_properties({"country": 31})
}

test_nobody_else_registers if {
	decision := vendors.decision with input as object.union(registering, {"subject": {"properties": {"roles": ["finance"]}}})
	rules(decision) == ["analyst-only"]
}

test_each_attribute_that_is_missing_denies if {
	every attribute in ["country", "yearly_spend", "data_access"] {
		without := json.remove(registering, [$"/resource/properties/{attribute}"])
		not vendors.decision.allowed with input as without
	}
	rules(vendors.decision) == ["analyst-only", "data-access", "sanctioned-country", "yearly-spend"] with input as {}
}
