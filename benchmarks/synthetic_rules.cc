#include "benchmarks/synthetic_rules.h"

#include <array>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace riposte::bench {
namespace {

using query::NodeId;

constexpr std::array<std::string_view, 14> kPrograms = {
    "powershell.exe", "cmd.exe",     "rundll32.exe", "wscript.exe", "regsvr32.exe",
    "mshta.exe",      "wmic.exe",    "schtasks.exe", "net.exe",     "reg.exe",
    "certutil.exe",   "svchost.exe", "explorer.exe", "msbuild.exe"};
constexpr std::array<std::string_view, 12> kFolders = {
    "\\windows\\system32\\", "\\windows\\syswow64\\", "\\appdata\\local\\temp\\",
    "\\users\\public\\",     "\\programdata\\",       "\\windows\\temp\\",
    "\\program files\\",     "\\appdata\\roaming\\",  "\\downloads\\",
    "\\windows\\tasks\\",    "\\perflogs\\",          "\\recycler\\"};
constexpr std::array<std::string_view, 12> kFlags = {" -enc ", " /c ",      "http",   " -w hidden",
                                                     "-nop",   " /create ", ".ps1",   " add ",
                                                     " /i ",   "-exec ",    "bypass", "download"};
constexpr std::array<std::string_view, 6> kKeys = {
    "\\software\\microsoft\\windows\\currentversion\\",
    "\\system\\currentcontrolset\\services\\",
    "\\software\\policies\\microsoft\\",
    "\\control\\lsa\\",
    "\\software\\classes\\",
    "\\software\\microsoft\\windows nt\\currentversion\\"};

constexpr bool kOwn = true;
constexpr bool kCommon = false;

class Generator {
 public:
  Generator(const schema::Catalogue& catalogue, uint64_t seed)
      : catalogue_(catalogue), random_(seed) {}

  query::Expression Next() {
    expression_ = {};
    std::vector<NodeId> all;
    const size_t kind = Below(100);
    if (kind < 55) {
      Process(all);
    } else if (kind < 69) {
      Registry(all);
    } else if (kind < 81) {
      File(all);
    } else if (kind < 91) {
      Script(all);
    } else {
      Connection(all);
    }
    expression_.SetRoot(expression_.AddAnd(std::move(all), {}));
    return std::move(expression_);
  }

 private:
  // Most rules have something of their own, which events hardly have, beside what is common.
  void Process(std::vector<NodeId>& all) {
    all.push_back(Type("process"));
    if (Chance(4)) {
      all.push_back(Paths("process.image.fullPath", kCommon));
      all.push_back(Parts("process.arguments", &Generator::Argument));
      all.push_back(Parts("process.arguments", &Generator::Folder));
    } else if (Chance(20)) {
      all.push_back(Paths("process.image.fullPath", kOwn));
    } else {
      if (Chance(75)) all.push_back(Paths("process.image.fullPath", kCommon));
      all.push_back(Parts("process.arguments", &Generator::OwnArgument));
      if (Chance(40)) all.push_back(Parts("process.arguments", &Generator::Argument));
    }
    if (Chance(25)) all.push_back(Paths("parent.image.fullPath", kCommon));
    for (size_t filters = Below(3); filters > 0; --filters)
      all.push_back(expression_.AddNot(Paths("parent.image.fullPath", kCommon), {}));
  }
  void Registry(std::vector<NodeId>& all) {
    all.push_back(Type("registry"));
    all.push_back(Parts("registry.key", &Generator::OwnKey));
    if (Chance(40)) all.push_back(Parts("registry.data", &Generator::Argument));
    if (Chance(50)) all.push_back(expression_.AddNot(Paths("process.image.fullPath", kCommon), {}));
  }
  void File(std::vector<NodeId>& all) {
    all.push_back(Type("file"));
    all.push_back(Paths("file.fullPath", kOwn));
    if (Chance(50)) all.push_back(Parts("file.fullPath", &Generator::Folder));
    if (Chance(40)) all.push_back(expression_.AddNot(Paths("process.image.fullPath", kCommon), {}));
  }
  void Script(std::vector<NodeId>& all) {
    all.push_back(Parts("powershell.scriptBlock", &Generator::OwnArgument));
    if (Chance(30)) all.push_back(Parts("powershell.scriptBlock", &Generator::Argument));
  }
  void Connection(std::vector<NodeId>& all) {
    all.push_back(Type("network"));
    const bool own = Chance(50);
    all.push_back(Paths("process.image.fullPath", own ? kOwn : kCommon));
    if (!own)
      all.push_back(Number("network.remote.address.port", static_cast<int64_t>(Below(65536))));
    if (Chance(30)) all.push_back(Parts("network.remote.address.fqdn", &Generator::OwnWord));
  }

  // One of several ends of paths, or parts of them.
  NodeId Paths(std::string_view token, bool own) {
    std::vector<NodeId> one_of;
    for (size_t count = 1 + Below(4); count > 0; --count) {
      if (Chance(80))
        one_of.push_back(Clause(token, query::Wildcard{.parts = {"", "\\" + Program(own)}}));
      else
        one_of.push_back(Clause(token, query::Contains{.text = own ? OwnFolder() : Folder()}));
    }
    return expression_.AddOr(std::move(one_of), {});
  }

  // One of several parts of a text, or all of them.
  NodeId Parts(std::string_view token, std::string (Generator::*part)()) {
    std::vector<NodeId> parts;
    for (size_t count = 1 + Below(5); count > 0; --count) {
      if (Chance(3))
        parts.push_back(Clause(token, query::Matches{.pattern = OwnWord() + "\\s+[a-z]{2,8}\\d",
                                                     .ignore_case = true}));
      else
        parts.push_back(Clause(token, query::Contains{.text = (this->*part)()}));
    }
    return Chance(35) ? expression_.AddAnd(std::move(parts), {})
                      : expression_.AddOr(std::move(parts), {});
  }

  NodeId Type(std::string_view value) {
    return Clause("type", query::Equals{.text = std::string(value)});
  }
  NodeId Number(std::string_view token, int64_t value) {
    const riposte::Number number = riposte::Number::FromInt(value);
    return Clause(token, query::NumberIn{.low = number, .high = number});
  }
  NodeId Clause(std::string_view token, query::Predicate predicate) {
    const schema::FieldId field = catalogue_.Find(token);
    RIPOSTE_CHECK(field != schema::kNoField, token);
    return expression_.AddClause(field, std::move(predicate), {});
  }

  std::string Program(bool own) {
    if (!own && Chance(60)) return std::string(PickFrom(kPrograms));
    return OwnWord() + (Chance(90) ? ".exe" : ".dll");
  }
  std::string Folder() { return std::string(PickFrom(kFolders)); }
  std::string OwnFolder() { return Folder() + OwnWord(); }
  std::string Argument() { return std::string(PickFrom(kFlags)); }
  std::string OwnArgument() {
    if (Chance(15)) return OwnFolder();
    return Chance(40) ? OwnWord() + " " + OwnWord() : (Chance(50) ? "-" : "") + OwnWord();
  }
  std::string OwnKey() { return std::string(PickFrom(kKeys)) + OwnWord(); }
  std::string OwnWord() {
    static constexpr std::array<std::string_view, 24> kSyllables = {
        "in",  "vo", "ke", "mi", "po", "we", "sh", "ell", "add", "re",  "mo", "te",
        "ser", "vi", "ce", "ta", "sk", "do", "wn", "lo",  "cre", "den", "ti", "al"};
    std::string word;
    for (size_t count = 3 + Below(3); count > 0; --count) word += PickFrom(kSyllables);
    return word;
  }

  bool Chance(size_t percent) { return Below(100) < percent; }
  size_t Below(size_t limit) { return static_cast<size_t>(random_() % limit); }
  std::string_view PickFrom(std::span<const std::string_view> choices) {
    return choices[Below(choices.size())];
  }

  const schema::Catalogue& catalogue_;
  std::mt19937_64 random_;
  query::Expression expression_;
};

}  // namespace

rule::RuleSet SyntheticRules(const schema::SchemaPtr& schema, size_t count, uint64_t seed) {
  rule::RuleSet rules;
  rules.schema = schema;
  rules.rules.resize(count);
  Generator generator(schema->catalogue, seed);
  for (rule::Rule& rule : rules.rules) rule.query = generator.Next();
  return rules;
}

}  // namespace riposte::bench
