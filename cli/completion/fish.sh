# fish completion of PROGRAM: PROGRAM completion fish | source
function _FUNCTION
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
    for line in $found
        if test "$line" = :files
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- (commandline -ct))
        else
            printf '%s\n' $line
        end
    end
end
complete -c PROGRAM -f -a '(_FUNCTION)'
