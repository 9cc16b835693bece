// Completion scripts of three shells, written from what the program says of itself.
import type { CompletableFlag, CompletableVerb, CompletionTree } from "./completionTree.js";

/** By shell; each is evaluated by the shell's start-up file. */
export const COMPLETION_SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  string,
  (tree: CompletionTree) => string
>;

function bashScript({ verbs, groups }: CompletionTree): string {
  const firsts = [...new Set(verbs.map(({ words }) => words[0] ?? ""))];
  const inner = Object.keys(groups).map((group) => `    ${group}) words="${innerWords(verbs, group)}" ;;`);
  const cases = verbs.map(
    ({ words, flags, takes }) => `    ${bashPattern(words)})
      flags="${flags.flatMap(({ names }) => names).join(" ")}"
      takes=${bashTakes(takes)}
      case "$prev" in
${flags.flatMap(bashFlag).join("\n")}
      esac ;;`,
  );
  return `# bestk completion for bash: put this into ~/.bashrc
#   eval "$(bestk completion bash)"
_bestk() {
  local line cur prev verb words= flags= takes=none value= prefix= reply=
  line="\${COMP_LINE:0:COMP_POINT}"
  cur="\${line##*[[:space:]]}"
  local -a before
  read -r -a before <<<"\${line%"$cur"}"
  prev="\${before[\${#before[@]}-1]}"
  verb="\${before[1]-}"
  case "$verb" in
    "") words="${firsts.join(" ")} help --help --version" ;;
${inner.join("\n")}
  esac
  if [[ -n $words && $verb != "" && -n "\${before[2]-}" ]]; then
    verb="$verb \${before[2]}"
    words=
  fi
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  case "$verb" in
${cases.join("\n")}
    *) return ;;
  esac
  if [[ $value == list:* ]]; then
    reply="\${value#list:}"
    [[ $cur == *,* ]] && prefix="\${cur%,*},"
  elif [[ -n $value ]]; then takes=$value
  elif [[ $cur == -* ]]; then reply="$flags"
  elif [[ $takes == list:* ]]; then reply="\${takes#list:}"
  fi
  if [[ -n $reply ]]; then
    COMPREPLY=($(compgen -P "$prefix" -W "$reply" -- "\${cur#"$prefix"}"))
    # bash takes a colon for the end of a word, and puts back only what stands behind it.
    if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
      COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*:}"}"}")
    fi
    return
  fi
  case "$takes" in
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
    folder) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")) ;;
  esac
}
complete -F _bestk bestk
`;
}

function bashPattern(words: readonly string[]): string {
  return words.length > 1 ? `"${words.join(" ")}"` : (words[0] ?? "");
}

function bashFlag({ names, takes }: CompletableFlag): readonly string[] {
  return takes === null ? [] : [`        ${names.join("|")}) value=${bashTakes(takes)} ;;`];
}

function bashTakes(takes: CompletableFlag["takes"]): string {
  if (takes === null) return "none";
  return typeof takes === "string" ? takes : `"list:${takes.join(" ")}"`;
}

function zshScript({ verbs, groups }: CompletionTree): string {
  const tops = verbs.filter(({ words }) => words.length === 1);
  const described = (words: readonly (readonly [string, string])[]): string =>
    words.map(([word, what]) => `    ${zshWord(`${word.replaceAll(":", "\\:")}:${what}`)}`).join("\n");
  const firsts = [...tops.map(({ words, what }) => [words[0] ?? "", what] as const), ...Object.entries(groups)];
  const groupCases = Object.keys(groups).map((group) => {
    const under = verbs.filter(({ words }) => words[0] === group);
    return `    ${group})
      if (( CURRENT == 3 )); then
        local -a inner=(
${described(under.map(({ words, what }) => [words[1] ?? "", what] as const))}
        )
        _describe 'verb' inner
        return
      fi
      case "$words[3]" in
${under.map((verb) => `        ${verb.words[1]}) shift 2 words; (( CURRENT -= 2 )); ${zshArguments(verb)} ;;`).join("\n")}
      esac ;;`;
  });
  return `#compdef bestk
# bestk completion for zsh: put this into ~/.zshrc, behind compinit
#   eval "$(bestk completion zsh)"
_bestk() {
  local -a verbs=(
${described(firsts)}
  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  case "$words[2]" in
${tops.map((verb) => `    ${verb.words[0]}) shift words; (( CURRENT -= 1 )); ${zshArguments(verb)} ;;`).join("\n")}
${groupCases.join("\n")}
  esac
}
(( $+functions[compdef] )) && compdef _bestk bestk
`;
}

function zshArguments({ flags, takes }: CompletableVerb): string {
  const specs = flags.flatMap(({ names, what, takes: value }) =>
    names.map((name) => {
      const alone = names.length > 1 ? `(${names.join(" ")})` : "";
      return zshWord(`${alone}*${name}[${what.replace(/[[\]]/g, "\\$&").replaceAll(":", "\\:")}]${zshAction(value)}`);
    }),
  );
  const rest = takes === null ? [] : [zshWord(`*${zshAction(takes)}`)];
  return `_arguments -s ${[...specs, ...rest].join(" \\\n        ")}`;
}

function zshAction(takes: CompletableFlag["takes"]): string {
  if (takes === null) return "";
  if (takes === "file") return ":file:_files";
  if (takes === "folder") return ":folder:_files -/";
  return takes === "text" ? ":value: " : `:value:_values -s , value ${takes.map(zshValue).join(" ")}`;
}

/** In \`_values\` a colon ends the name. */
function zshValue(value: string): string {
  return `"${value.replaceAll(":", "\\\\\\:")}"`;
}

function zshWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishScript({ verbs, groups }: CompletionTree): string {
  const tops = verbs.filter(({ words }) => words.length === 1);
  const lines = [
    ...tops.map(({ words, what }) => `complete -c bestk -n "__bestk_at" -a ${words[0]} -d ${fishWord(what)}`),
    ...Object.entries(groups).map(
      ([group, what]) => `complete -c bestk -n "__bestk_at" -a ${group} -d ${fishWord(what)}`,
    ),
    ...verbs
      .filter(({ words }) => words.length > 1)
      .map(({ words, what }) => `complete -c bestk -n "__bestk_at ${words[0]}" -a ${words[1]} -d ${fishWord(what)}`),
    ...verbs.flatMap(fishVerb),
  ];
  return `# bestk completion for fish: put this into ~/.config/fish/config.fish
#   bestk completion fish | source
function __bestk_words
    set -l words (commandline -opc)
    for word in $words[2..-1]
        string match -q -- '-*' $word; or echo $word
    end
end
# Whether exactly these words stand before the cursor.
function __bestk_at
    test "$(__bestk_words)" = "$argv"
end
# Whether they do, whatever follows.
function __bestk_in
    set -l words (__bestk_words)
    set -l many (count $argv)
    test (count $words) -ge $many; and test "$words[1..$many]" = "$argv"
end
complete -c bestk -e
complete -c bestk -f
${lines.join("\n")}
`;
}

function fishVerb({ words, flags, takes }: CompletableVerb): readonly string[] {
  const at = `complete -c bestk -n "__bestk_in ${words.join(" ")}"`;
  const rest =
    takes === "file"
      ? [`${at} -F`]
      : typeof takes === "string" || takes === null
        ? []
        : [`${at} -a "${takes.join(" ")}"`];
  return [
    ...rest,
    ...flags.map(({ names, what, takes: value }) => {
      const spelled = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
      return `${at} ${spelled.join(" ")} ${fishTakes(value)}-d ${fishWord(what)}`;
    }),
  ];
}

function fishTakes(takes: CompletableFlag["takes"]): string {
  if (takes === null) return "";
  if (takes === "file") return "-r -F ";
  if (takes === "folder") return '-x -a "(__fish_complete_directories)" ';
  return takes === "text" ? "-x " : `-x -a "${takes.join(" ")}" `;
}

function fishWord(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function innerWords(verbs: readonly CompletableVerb[], group: string): string {
  return verbs.flatMap(({ words }) => (words[0] === group ? [words[1] ?? ""] : [])).join(" ");
}
