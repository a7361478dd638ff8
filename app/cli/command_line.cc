#include "app/cli/command_line.h"

#include <cstdio>
#include <exception>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "rules/text/suggest.h"

namespace riposte::cli {
namespace {

CLI::App& App(void* command) { return *static_cast<CLI::App*>(command); }

// "--rules" for "rules".
std::string Dashes(const std::string& name) { return "--" + name; }

// Of verbs and their options, for suggestions.
std::vector<std::string> KnownWords(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* const verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(verb->get_name());
  }
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back(Dashes(name));
  }
  return words;
}

}  // namespace

void Options::Flag(const std::string& name, bool& value, const std::string& help) {
  App(command_).add_flag(Dashes(name), value, help);
}

void Options::Text(const std::string& name, std::string& value, const std::string& placeholder,
                   const std::string& help, bool required) {
  App(command_).add_option(Dashes(name), value, help)->type_name(placeholder)->required(required);
}

void Options::List(const std::string& name, std::vector<std::string>& values,
                   const std::string& placeholder, const std::string& help, bool required) {
  App(command_)
      .add_option(Dashes(name), values, help)
      ->type_name(placeholder)
      ->required(required)
      ->expected(1, CLI::detail::expected_max_vector_size);
}

void Options::Choice(const std::string& name, std::string& value,
                     const std::vector<std::string>& choices, const std::string& help) {
  App(command_)
      .add_option(Dashes(name), value, help)
      ->check(CLI::IsMember(choices).description(""))  // the type's name says them
      ->type_name(fmt::format("{}", fmt::join(choices, "|")));
}

void Options::Positional(const std::string& placeholder, std::string& value,
                         const std::string& help, bool required) {
  App(command_).add_option(placeholder, value, help)->type_name("")->required(required);
}

void Options::Positionals(const std::string& placeholder, std::vector<std::string>& values,
                          const std::string& help, bool required) {
  App(command_).add_option(placeholder, values, help)->type_name("")->required(required);
}

// The whole program's line: owns the parser, the verbs and what was asked for.
class CommandLine {
 public:
  explicit CommandLine(std::vector<Verb> verbs) : verbs_(std::move(verbs)) {
    root_.allow_extras();
    root_.set_help_flag("-h,--help", "Print this help");
    root_.footer(
        "`riposte VERB --help` explains a verb. Exit codes: 0 ok, 1 findings, 2 rules do not "
        "compile,\n"
        "3 usage, configuration or unreadable file, 4 peer unreachable.");
    for (const Verb& verb : verbs_) Add(verb);
  }

  int Run(int argc, char** argv) {
    try {
      root_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      session_.Print(root_.help());  // of the innermost command that was named
      return Code(Exit::kOk);
    } catch (const CLI::ParseError& error) {
      return Refuse(error.what());
    }
    const std::vector<std::string> extras = root_.remaining(true);
    if (!extras.empty()) return RefuseExtra(extras);
    for (size_t i = 0; i < verbs_.size(); ++i) {
      if (!commands_[i]->parsed()) continue;
      const Exit exit = verbs_[i].run(session_);
      std::fflush(stdout);
      return Code(exit);
    }
    if (argc > 1) return Refuse(fmt::format("'{}' needs a verb behind it", Asked().get_name()));
    session_.Complain("no verb");
    const std::string help = root_.help();
    std::fwrite(help.data(), 1, help.size(), stderr);
    return Code(Exit::kUsage);
  }

 private:
  static int Code(Exit exit) { return static_cast<int>(exit); }

  void Add(const Verb& verb) {
    CLI::App* parent = &root_;
    std::string name = verb.name;
    if (const size_t blank = name.find(' '); blank != std::string::npos) {
      const std::string first = name.substr(0, blank);
      name = name.substr(blank + 1);
      CLI::App*& group = groups_[first];
      if (group == nullptr) {
        group = root_.add_subcommand(first, "See `riposte " + first + " --help`");
        group->allow_extras();
      }
      parent = group;
    }
    CLI::App* const command = parent->add_subcommand(name, verb.summary);
    command->allow_extras();
    if (!verb.examples.empty()) command->footer("Examples:\n" + verb.examples);
    Options options(command);
    verb.declare(options);
    if (verb.formats.size() > 1) {
      options.Choice("format", session_.format, verb.formats, "Form of the results");
    }
    options.Text("config", session_.config_file, "FILE",
                 "Configuration; default /etc/riposte/riposte.yaml if that exists");
    command
        ->add_option("--set", session_.settings,
                     "Set one key of the configuration; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    options.Choice("log-format", session_.log_format, {"json", "text"},
                   "Form of the log on stderr");
    options.Choice("log-level", session_.log_level, {"debug", "info", "warn", "error"},
                   "Least level that is logged");
    commands_.push_back(command);
  }

  // The innermost command that was named.
  const CLI::App& Asked() const {
    const CLI::App* asked = &root_;
    while (true) {
      const std::vector<CLI::App*> named = asked->get_subcommands();
      if (named.empty()) return *asked;
      asked = named.front();
    }
  }

  int Refuse(const std::string& why) const {
    session_.Complain(why);
    std::string path = Asked().get_name();
    if (Asked().get_parent() != nullptr && Asked().get_parent() != &root_) {
      path = Asked().get_parent()->get_name() + " " + path;
    }
    session_.Complain(fmt::format("see `riposte{}{} --help`", &Asked() == &root_ ? "" : " ",
                                  &Asked() == &root_ ? "" : path));
    return Code(Exit::kUsage);
  }

  int RefuseExtra(const std::vector<std::string>& extras) const {
    // An option's value stands behind it: the option is what is unknown.
    std::string extra = extras.front();
    for (const std::string& word : extras) {
      if (word.starts_with("-")) {
        extra = word.substr(0, word.find('='));
        break;
      }
    }
    const std::vector<std::string> known = KnownWords(Asked());
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const std::string hint = text::DidYouMean(extra, candidates);
    const bool option = extra.starts_with("-");
    const bool verb =
        !option && !Asked().get_subcommands([](const CLI::App*) { return true; }).empty();
    return Refuse(fmt::format("unknown {} '{}'{}{}",
                              option ? "option"
                              : verb ? "verb"
                                     : "argument",
                              extra, hint.empty() ? "" : "; ", hint));
  }

  std::vector<Verb> verbs_;
  std::vector<CLI::App*> commands_;          // by verb
  std::map<std::string, CLI::App*> groups_;  // "config" of "config show"
  Session session_;
  CLI::App root_{"Riposte: event streams to rules to remediation commands, exactly once",
                 "riposte"};
};

int RunCommandLine(int argc, char** argv, std::vector<Verb> verbs) {
  return CommandLine(std::move(verbs)).Run(argc, argv);
}

}  // namespace riposte::cli
