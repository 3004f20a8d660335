/* completion.c - `taamim completion`: the scripts that teach a shell to complete its commands.
 *
 * The scripts know no noun and no verb: at each Tab they ask `taamim completion words` for what may come next
 * (complete.h), so they are right for whatever version of taamim stands there. */
#include "cli/complete.h"

static const char bash_script[] =
    "# bash completion for taamim; made by `taamim completion bash`\n"
    "_taamim()\n"
    "{\n"
    "    local line\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r line; do\n"
    "        case $line in\n"
    "            :files) compopt -o filenames 2>/dev/null; mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f "
    "-- "
    "\"$2\") ;;\n"
    "            :folders) compopt -o filenames 2>/dev/null; mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen "
    "-d -- "
    "\"$2\") ;;\n"
    "            *) COMPREPLY+=(\"${line%%$'\\t'*}\") ;;\n"
    "        esac\n"
    "    done < <(\"$1\" completion words -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "} &&\n"
    "    complete -F _taamim taamim\n";

static const char zsh_script[] =
    "#compdef taamim\n"
    "# zsh completion for taamim; made by `taamim completion zsh`\n"
    "_taamim() {\n"
    "  local line found=1\n"
    "  local -a things\n"
    "  compset -P '--*='\n"
    "  for line in \"${(@f)$(\"${words[1]}\" completion words -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "    case $line in\n"
    "      :files) _files && found=0 ;;\n"
    "      :folders) _files -/ && found=0 ;;\n"
    "      ?*) things+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\") ;;\n"
    "    esac\n"
    "  done\n"
    "  (( ${#things} )) && _describe taamim things && found=0\n"
    "  return found\n"
    "}\n"
    "if [[ $funcstack[1] = _taamim ]]; then _taamim \"$@\"; else compdef _taamim taamim; fi\n";

static enum exit_code bash_run(const struct args *args)
{
    (void)args;
    fputs(bash_script, stdout);
    return CLI_OK;
}

static enum exit_code zsh_run(const struct args *args)
{
    (void)args;
    fputs(zsh_script, stdout);
    return CLI_OK;
}

static enum exit_code words_run(const struct args *args)
{
    complete(cli_nouns, args, stdout);
    return CLI_OK;
}

static const struct verb completion_verbs[] = {
    {"bash", "bash", "The script for bash: source it, or install it as bash-completion's completions/taamim.", 0, 0, 0,
     0, bash_run},
    {"zsh", "zsh", "The script for zsh: source it after compinit, or install it as _taamim in a folder of $fpath.", 0,
     0, 0, 0, zsh_run},
    {"words", "words -- [WORD...]", "What the last of these words may become; the scripts ask it.", 0, WORDS_ANY, 0, 0,
     words_run},
};
const struct noun completion_noun = {"completion", "completes these words in bash and zsh", completion_verbs,
                                     sizeof completion_verbs / sizeof *completion_verbs};
