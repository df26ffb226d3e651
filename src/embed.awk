# SPDX-License-Identifier: ISC
# Turns rows (src/providers/*.ini) into C: a struct provider_text for each
# section [provider NAME], sorted by name, as provider/internal.h has it.
# Comments and empty lines between two sections belong to neither.

function quoted(s)
{
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	gsub(/\?/, "\\?", s)
	gsub(/\t/, "\\t", s)
	return "\t\"" s "\\n\"\n"
}

function fail(why)
{
	print FILENAME ":" FNR ": " why > "/dev/stderr"
	failed = 1
	exit 1
}

function finish()
{
	# C11 5.2.4.1 promises 4095 bytes in a literal.
	if (size > 4000)
		fail("[provider " name "] is over 4000 bytes")
	if (name != "") {
		text[count] = body
		akas[count] = aka
	}
	name = aka = ""
}

BEGIN {
	count = 0
}

FNR == 1 {
	finish()
	file = FILENAME
	sub(/^.*\/providers\//, "providers/", file)
}

/^\[/ {
	finish()
	if ($0 !~ /^\[provider [a-z0-9.-]+\]$/)
		fail("[provider NAME] expected")
	count++
	name = substr($0, 11, length($0) - 11)
	names[count] = name
	files[count] = file
	lines[count] = FNR
	body = kept = ""
	size = kept_size = 0
}

/^[ \t]*$/ || /^[;#]/ {
	kept = kept quoted($0)
	kept_size += length($0) + 1
	next
}

{
	if (name == "")
		fail("a key before the first section")
	# Other names stand beside the text, to be found without reading it.
	if ($0 !~ /^[ \t]/) {
		key = $0
		sub(/[ \t]*=.*/, "", key)
	}
	if (key == "aka") {
		words = $0
		sub(/^aka[ \t]*=/, "", words)
		gsub(/^[ \t,]+|[ \t,]+$/, "", words)
		gsub(/[ \t,]+/, " ", words)
		aka = aka (aka == "" ? "" : " ") words
	}
	body = body kept quoted($0)
	size += kept_size + length($0) + 1
	kept = ""
	kept_size = 0
}

END {
	if (failed)
		exit 1
	finish()
	print "/* The built-in rows, made from src/providers. */"
	print "#include \"provider/internal.h\"\n"
	print "const struct provider_text provider_texts[] = {"
	for (i = 1; i <= count; i++) {
		for (j = i; j > 1 && names[order[j - 1]] > names[i]; j--)
			order[j] = order[j - 1]
		order[j] = i
	}
	for (j = 1; j <= count; j++) {
		i = order[j]
		printf("{ \"%s\",\n\t\"%s\",\n\t\"%s\", %d,\n%s},\n", names[i],
			akas[i], files[i], lines[i], text[i])
	}
	print "};\n"
	print "const size_t provider_text_count ="
	print "\tsizeof(provider_texts) / sizeof(provider_texts[0]);"
}
