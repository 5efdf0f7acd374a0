# METADATA
# title: Who asks
package lib.subject_test

import data.lib.subject

engineer := {"subject": {"type": "user", "id": "some-engineer", "properties": {"roles": ["engineer", "on_call"]}}}

test_id_and_roles_are_those_of_the_input if {
	subject.id == "some-engineer" with input as engineer
	subject.roles == {"engineer", "on_call"} with input as engineer
}

test_subject_without_a_valid_id_is_nobody_and_holds_nothing if {
	every id in ["", null, 7, ["some-engineer"]] {
		not subject.id with input as engineer with input.subject.id as id
		subject.roles == set() with input as engineer with input.subject.id as id
	}
}

test_subject_without_an_id_is_nobody_and_holds_nothing if {
	every path in ["/subject", "/subject/id"] {
		not subject.id with input as json.remove(engineer, [path])
		subject.roles == set() with input as json.remove(engineer, [path])
	}
}

test_roles_of_the_wrong_type_are_not_held if {
	every roles in ["engineer", {"engineer": true}, {"role": "engineer"}, null, true, 1] {
		subject.roles == set() with input as engineer with input.subject.properties.roles as roles
	}
}

test_subject_without_roles_holds_none if {
	every path in ["/subject/properties", "/subject/properties/roles"] {
		subject.roles == set() with input as json.remove(engineer, [path])
	}
}

test_input_that_is_no_object_has_no_subject if {
	every value in [null, true, 1, "subject", [], {}] {
		not subject.id with input as value
		subject.roles == set() with input as value
	}
}
