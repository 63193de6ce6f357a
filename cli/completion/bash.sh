# bash completion of PROGRAM: eval "$(PROGRAM completion bash)"
_FUNCTION() {
	local line value description files=
	local -a values=() shown=()
	local cur=${COMP_WORDS[COMP_CWORD]}
	[[ $cur == = ]] && cur=
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			files=1
			continue
		fi
		value=${line%%$'\t'*}
		description=${line#*$'\t'}
		[[ $line == *$'\t'* ]] || description=
		values+=("$(printf '%q' "$value")")
		if [[ $description ]]; then
			shown+=("$(printf '%-28s  %s' "$value" "$description")")
		else
			shown+=("$value")
		fi
	done < <("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
	COMPREPLY=("${values[@]}")
	if [[ $COMP_TYPE == 63 && ${#values[@]} -gt 1 ]]; then
		COMPREPLY=("${shown[@]}") # a list to read, which completes nothing
	fi
	if [[ $files ]]; then
		compopt -o filenames 2>/dev/null # from 4.0 on
		while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
	fi
}
complete -o nosort -F _FUNCTION PROGRAM 2>/dev/null || complete -F _FUNCTION PROGRAM # before 4.4
