# SPDX-License-Identifier: ISC
# Completion of ddns(1) for bash.

# The names of the accounts that the configuration on the line has.
_ddns_names() {
	local config=() i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config)
			((i++))
			[[ ${COMP_WORDS[i]} != = ]] || ((i++))
			config=(-c "${COMP_WORDS[i]/#\~\//$HOME/}")
			;;
		esac
	done
	"${COMP_WORDS[0]}" "${config[@]}" check 2>/dev/null | awk '
		/^\[/ { account = $1 !~ /^\[ipv[46]/ }
		/^  / && account { print $1 }'
}

# The command on the line, or nothing.
_ddns_command() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config | --splay)
			((i++))
			[[ ${COMP_WORDS[i]} != = ]] || ((i++))
			;;
		-*) ;;
		*)
			echo "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_ddns_words() { # WORD...: those that begin as the word at the cursor does
	local word
	for word; do
		[[ $word != "$current"* ]] || COMPREPLY+=("$word")
	done
}

_ddns() {
	local current=${COMP_WORDS[COMP_CWORD]}
	local previous=${COMP_WORDS[COMP_CWORD - 1]} words
	COMPREPLY=()
	# bash takes the = of --config=FILE for a word
	[[ $current != = ]] || current=
	[[ $previous != = ]] || previous=${COMP_WORDS[COMP_CWORD - 2]}
	case $previous in
	-c | --config)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--splay) return ;;
	esac
	if [[ $current == -* ]]; then
		_ddns_words -c --config -f --force -n --dry-run -q --quiet \
			-v --verbose --json --splay -4 -6 -h --help -V --version
		return
	fi
	case $(_ddns_command) in
	'') _ddns_words update check lookup status news providers ;;
	update)
		mapfile -t words < <(_ddns_names)
		_ddns_words "${words[@]}"
		;;
	providers)
		mapfile -t words < <("${COMP_WORDS[0]}" providers 2>/dev/null |
			awk 'NR > 1 { print $1 }')
		_ddns_words "${words[@]}"
		;;
	esac
}

complete -F _ddns ddns
