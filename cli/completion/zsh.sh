#compdef PROGRAM
# zsh completion of PROGRAM: source <(PROGRAM completion zsh), after compinit
_FUNCTION() {
	local line value files=
	local -a described
	for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
		case $line in
		('') ;;
		(:files) files=1 ;;
		(*)
			value=${line%%$'\t'*}
			value=${value//:/\\:}
			if [[ $line == *$'\t'* ]]; then
				value+=:${line#*$'\t'}
			fi
			described+=("$value")
			;;
		esac
	done
	(( $#described )) && _describe -V PROGRAM described
	[[ -n $files ]] && _files
}
if [[ $funcstack[1] == _FUNCTION ]]; then
	_FUNCTION "$@"
else
	compdef _FUNCTION PROGRAM
fi
