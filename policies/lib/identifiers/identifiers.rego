# METADATA
# title: Identifiers
# description: What counts as naming somebody.
package lib.identifiers

# METADATA
# title: Valid identifier
# description: |
#   A string that is not empty. Compare two identifiers only when one of them is valid:
#   two that are missing are equal as well.
valid(value) if {
	is_string(value)
	value != ""
}
