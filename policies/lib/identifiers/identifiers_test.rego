# METADATA
# title: What names somebody
package lib.identifiers_test

import data.lib.identifiers

test_a_string_is_valid if {
	every value in ["018f0000-0000-7000-8000-000000000001", "system:clock", " "] {
		identifiers.valid(value)
	}
}

test_the_empty_string_is_not_valid if {
	not identifiers.valid("")
}

test_what_is_no_string_is_not_valid if {
	every value in [null, true, false, 0, 7, [], ["id"], {}, {"id": "id"}] {
		not identifiers.valid(value)
	}
}
