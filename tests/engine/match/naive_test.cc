// Every operator on every type of field, hit and no hit, from QQL text and JSON; both evaluators
// (see Judge()).
#include "engine/match/naive.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/engine/match/match_table.h"

namespace riposte::match {
namespace {

constexpr Truth kAll[] = {Truth::kFalse, Truth::kTrue, Truth::kUnknown};

// ---- logic ----

TEST(Kleene, FalseDecidesAndTrueDecidesOr) {
  for (const Truth a : kAll) {
    EXPECT_EQ(And(a, Truth::kFalse), Truth::kFalse);
    EXPECT_EQ(And(Truth::kFalse, a), Truth::kFalse);
    EXPECT_EQ(And(a, Truth::kTrue), a);
    EXPECT_EQ(And(Truth::kTrue, a), a);
    EXPECT_EQ(Or(a, Truth::kTrue), Truth::kTrue);
    EXPECT_EQ(Or(Truth::kTrue, a), Truth::kTrue);
    EXPECT_EQ(Or(a, Truth::kFalse), a);
    EXPECT_EQ(Or(Truth::kFalse, a), a);
    EXPECT_EQ(Not(Not(a)), a);
  }
  EXPECT_EQ(And(Truth::kUnknown, Truth::kUnknown), Truth::kUnknown);
  EXPECT_EQ(Or(Truth::kUnknown, Truth::kUnknown), Truth::kUnknown);
  EXPECT_EQ(Not(Truth::kUnknown), Truth::kUnknown);
  EXPECT_EQ(Not(Truth::kTrue), Truth::kFalse);
}

TEST(Operators, NotThenAndThenOr) {
  const std::string a = With("keyword", "a");
  Hit("keyword: a or keyword: b and keyword: c", a);
  Miss("(keyword: a or keyword: b) and keyword: c", a);
  Hit("not keyword: b and keyword: a", a);
  Miss("not (keyword: b or keyword: a)", a);
  Hit("NOT keyword: b AND NOT keyword: c", a);
  Hit("not not keyword: a", a);
}

// ---- text ----

TEST(Text, QuotedIsAPhrase) {
  const std::string title = With("text", "A Remote Code Execution");
  for (const char* query : {"text: \"remote code\"", "text: 'remote code'", "text: remote code",
                            "text = \"remote code\"", "text: \"code exec\"", "text: \"EXECUTION\"",
                            "text: \"a remote\"", "text: \"remote, (code)!\""})
    Hit(query, title);
  for (const char* query : {"text: \"code remote\"", "text: \"remote execution\"",
                            "text: \"rem code\"", "text: \"emote\"", "text: codex"})
    Miss(query, title);
}

TEST(Text, ThreeCharactersMakeAPrefix) {
  Hit("text: \"pow\"", With("text", "powershell.exe"));
  Miss("text: \"po\"", With("text", "powershell.exe"));
  Hit("text: \"po\"", With("text", "po"));
  Hit("text: \"\u00E4\u00F6\u00FC\"", With("text", "\u00C4\u00D6\u00DCx"));
  Miss("text: \"\u00E4\u00F6\"", With("text", "\u00C4\u00D6\u00DC"));
}

TEST(Text, WordsAsTheVendorSplitsThem) {
  const std::string host = With("text", "qualys.corp.com");
  Hit("text: \"qual\"", host);
  Hit("text: \"qualys.corp\"", host);
  Miss("text: \"corp\"", host);
  Miss("text: \"com\"", host);
  const std::string number = With("text", "10,125");
  Hit("text: \"10,125\"", number);
  Hit("text: \"10,1\"", number);
  Miss("text: \"125\"", number);
  const std::string mixed = With("text", "102354.qualys");
  Hit("text: \"1023\"", mixed);
  Hit("text: \"qualy\"", mixed);
  Miss("text: \"354\"", mixed);
  Miss("text: \"lys\"", mixed);
  const std::string path = With("text", R"(C:\Windows\System32\cmd.exe)");
  Hit("text: \"system32\"", path);
  Hit("text: \"windows\\system32\"", path);
  Miss("text: \"exe\"", path);
}

TEST(Text, BacktickIsTheWholeValue) {
  Hit("text: `Remote Code`", With("text", "remote code"));
  Miss("text: `Remote Code`", With("text", "A remote code"));
  Miss("text: `Remote`", With("text", "remote code"));
  Hit("text: `a*b`", With("text", "A*B"));
  Miss("text: `a*b`", With("text", "axb"));
}

TEST(Text, StarsOnTheWholeValue) {
  const std::string path = With("text", R"(C:\Windows\System32\cmd.exe)");
  Hit("text: \"c:\\windows*\"", path);
  Hit("text: \"*\\CMD.EXE\"", path);
  Hit("text: \"*system32*\"", path);
  Hit("text: \"c:*\\cmd*exe\"", path);
  Hit("text: *cmd.exe", path);
  Miss("text: \"windows*\"", path);
  Miss("text: \"*cmd\"", path);
  Miss("text: \"c:*x*exe*x\"", path);
  Hit("text: \"*\"", path);
  Miss("text: \"*\"", "{}");
}

TEST(Text, EscapedStarIsAStar) {
  Hit("text: \"a\\*b*\"", With("text", "a*bcd"));
  Miss("text: \"a\\*b*\"", With("text", "axbcd"));
  Hit("keyword: \"a\\*b\"", With("keyword", "a*b"));
  Miss("keyword: \"a\\*b\"", With("keyword", "axb"));
}

TEST(Text, TildeIsASubstring) {
  const std::string line = With("text", "cmd.exe /c \"whoami && dir\"");
  for (const char* query : {"text ~ \"&&\"", "text ~ 'MI && D'", "text ~ `/c`", "text ~ xe"})
    Hit(query, line);
  Miss("text ~ \"&& whoami\"", line);
  Miss("text ~ \"whoami&&\"", line);
}

TEST(Text, RegexOnTheValueAsWritten) {
  const std::string line = With("text", "PowerShell -enc SQBFAFgA");
  Hit("text: /-enc\\s+[A-Za-z0-9]+/", line);
  Hit("text: /^Power/", line);
  Miss("text: /^power/", line);
  Hit("text: /^power/i", line);
  Hit("text: /a\\/b/", With("text", "xa/by"));
  Miss("text: /a\\/b/", With("text", "xab"));
}

TEST(Text, NotEqual) {
  Miss("text != \"remote\"", With("text", "a remote code"));
  Hit("text != \"remote\"", With("text", "a local code"));
  Miss("text != \"remote\"", "{}");
}

TEST(Text, NumbersAndBooleansAsWritten) {
  Hit("text: `1.50`", R"({"text":1.50})");
  Miss("text: `1.5`", R"({"text":1.50})");
  Hit("text: `true`", R"({"text":true})");
}

// ---- keyword ----

TEST(Keyword, TheWholeValue) {
  const std::string user = With("keyword", "CORP\\Alice Smith");
  for (const char* query : {"keyword: \"corp\\alice smith\"", "keyword: 'CORP\\Alice Smith'",
                            "keyword: `corp\\ALICE smith`", "keyword: corp\\alice smith",
                            "keyword = `corp\\alice smith`"})
    Hit(query, user);
  for (const char* query : {"keyword: \"alice\"", "keyword: `alice smith`", "keyword: corp"})
    Miss(query, user);
}

TEST(Keyword, StarsSubstringRegex) {
  const std::string id = With("keyword", "7781808c-AD94-4f7e");
  Hit("keyword: \"7781808c-*\"", id);
  Hit("keyword: \"*-4F7E\"", id);
  Hit("keyword: 77*4f7e", id);
  Miss("keyword: \"ad94*\"", id);
  Hit("keyword ~ \"c-ad94-\"", id);
  Miss("keyword ~ \"94-ad\"", id);
  Hit("keyword: /^[0-9a-f]{8}-AD/", id);
  Miss("keyword: /^[0-9a-f]{8}-ad/", id);
  Hit("keyword: /ad94/i", id);
}

TEST(Keyword, NotEqualAndLists) {
  const std::string value = With("keyword", "b");
  Hit("keyword != a", value);
  Miss("keyword != B", value);
  Hit("keyword: [a, \"b\", `c`]", value);
  Miss("keyword: [a, c]", value);
  Hit("keyword: ['x*', '*B*']", value);
}

TEST(Enum, IgnoresCase) {
  Hit("type: process", With("type", "PROCESS"));
  Hit("type: PROCESS", With("type", "Process"));
  Miss("type: file", With("type", "PROCESS"));
  Hit("TYPE: [file, process]", With("type", "PROCESS"));
  Hit("type != file", With("type", "PROCESS"));
  Miss("type: file", With("type", "something else"));
}

// ---- folding, both sides ----

struct Folded {
  const char* pattern;
  const char* value;
  bool same;
};
constexpr Folded kFolded[] = {
    {"kelvin", "\u212Aelvin", true},                                             // Kelvin sign
    {"\u212Aelvin", "KELVIN", true},                                             //
    {"system", "\u017Fy\u017Ftem", true},                                        // long s
    {"\u017Fystem", "SYSTEM", true},                                             //
    {"\u03BB\u03BF\u03B3\u03BF\u03C2", "\u039B\u039F\u0393\u039F\u03A3", true},  // final sigma
    {"\u039B\u039F\u0393\u039F\u03A3", "\u03BB\u03BF\u03B3\u03BF\u03C2", true},
    {"\u03BB\u03BF\u03B3\u03BF\u03C3", "\u03BB\u03BF\u03B3\u03BF\u03C2", true},
    {"ifile", "\u0130file", false},        // dotted capital I folds to itself only
    {"\u0130file", "\u0130FILE", true},    //
    {"\u0131file", "IFILE", false},        // dotless i
    {"stra\u00DFe", "STRA\u1E9EE", true},  // capital sharp s
    {"strasse", "STRA\u1E9EE", false},     // no full folding
    {"\u00E4rger", "\u00C4RGER", true},
};

TEST(Folding, OfEveryOperatorOnText) {
  for (const auto& [pattern, value, same] : kFolded)
    for (const std::string field : {"text", "keyword"}) {
      const std::string quoted = std::string("\"") + pattern + "\"";
      const std::string queries[] = {field + ": " + quoted,
                                     field + ": `" + pattern + "`",
                                     field + ": \"" + pattern + "*\"",
                                     field + ": \"*" + pattern + "\"",
                                     field + " ~ " + quoted,
                                     field + ": [none, " + quoted + "]"};
      for (const std::string& query : queries) (same ? Hit : Miss)(query, With(field, value), {});
    }
}

TEST(Folding, OfARegexIsRe2s) {
  Hit("text: /kelvin/i", With("text", "\u212Aelvin"));
  Hit("text: /system/i", With("text", "\u017Fystem"));
  Hit("text: /\u03C3/i", With("text", "\u03C2"));
  Miss("text: /ifile/i", With("text", "\u0130file"));
  Miss("text: /kelvin/", With("text", "\u212Aelvin"));
}

// ---- number ----

TEST(Number, Equal) {
  const std::string eight = R"({"number":8})";
  for (const char* query : {"number: 8", "number: \"8\"", "number: '8'", "number: `8`",
                            "number = 8", "number: 8.0", "number: [1, 8]"})
    Hit(query, eight);
  Miss("number: 9", eight);
  Miss("number: [1, 9]", eight);
  Hit("number: 8", R"({"number":"8"})");
  Hit("number: 8", R"({"number":8.0})");
  Hit("number: 8", R"({"number":"0.8e1"})");
  Hit("number: -8", R"({"number":-8})");
  Miss("number != 8", eight);
  Hit("number != 9", eight);
}

TEST(Number, ExactBeyondDoubles) {
  Hit("number: 9007199254740993", R"({"number":9007199254740993})");
  Miss("number: 9007199254740993", R"({"number":9007199254740992})");
  Hit("number: 18446744073709551615", R"({"number":18446744073709551615})");
  Hit("number > 9223372036854775807", R"({"number":9223372036854775808})");
}

TEST(Number, Comparisons) {
  const std::string eight = R"({"number":8})";
  for (const char* query : {"number > 7", "number >= 8", "number < 9", "number <= 8", "number >=8",
                            "number > 7.99", "number > -1"})
    Hit(query, eight);
  for (const char* query : {"number > 8", "number >= 9", "number < 8", "number <= 7"})
    Miss(query, eight);
}

TEST(Number, Ranges) {
  const auto event = [](const char* number) { return std::string("{\"number\":") + number + "}"; };
  Hit("number: [5 .. 8]", event("5"));
  Hit("number: [5 .. 8]", event("8"));
  Miss("number: [5 .. 8]", event("4"));
  Miss("number: [5 .. 8]", event("9"));
  Miss("number: (5 .. 8)", event("5"));
  Hit("number: (5 .. 8)", event("6"));
  Miss("number: (5 .. 8)", event("8"));
  Hit("number: [5 .. 8)", event("5"));
  Miss("number: [5 .. 8)", event("8"));
  Miss("number: (5 ... 8]", event("5"));
  Hit("number: (5 ... 8]", event("8"));
  Hit("number:(5..8)", event("7.5"));
}

TEST(Number, Undecodable) {
  for (const char* value : {"\"n/a\"", "true", "{}", "1e999", "\"\"", "123456789012345678901"}) {
    const std::string event = std::string("{\"number\":") + value + ",\"type\":\"FILE\"}";
    Unknown("number: 5", event);
    Unknown("not number: 5", event);
    Unknown("number != 5", event);
    Unknown("number > 5", event);
    Unknown("number: 5 and type: FILE", event);
    Miss("number: 5 and type: PROCESS", event);
    Hit("number: 5 or type: FILE", event);
    Hit("not number: 5 or type: FILE", event);
    Unknown("number: 5 or type: PROCESS", event);
    Miss("number is null", event);
    Hit("number is not null", event);
  }
}

// ---- ip ----

TEST(Ip, EqualAndInsideBlocks) {
  const std::string local = With("ip", "10.1.2.3");
  for (const char* query :
       {"ip: 10.1.2.3", "ip: \"10.1.2.3\"", "ip: `10.1.2.3`", "ip: 10.0.0.0/8",
        "ip: \"10.1.2.3/32\"", "ip: ::ffff:10.1.2.3", "ip: [192.168.0.0/16, 10.0.0.0/8]",
        "ip: [10.1.2.0 .. 10.1.2.3]", "ip: (10.1.2.2 .. 10.1.2.4)", "ip >= 10.1.2.3",
        "ip < 10.1.2.4", "ip != 10.1.2.4"})
    Hit(query, local);
  for (const char* query : {"ip: 10.1.2.4", "ip: 10.1.2.4/30", "ip: 11.0.0.0/8",
                            "ip: [192.168.0.0/16, 172.16.0.0/12]", "ip: [10.1.2.0 .. 10.1.2.3)",
                            "ip: (10.1.2.3 .. 10.1.2.9]", "ip > 10.1.2.3", "ip != 10.0.0.0/8"})
    Miss(query, local);
}

TEST(Ip, Version6AndUndecodable) {
  Hit("ip: \"2001:db8::/32\"", With("ip", "2001:DB8::1"));
  Miss("ip: \"2001:db8::/32\"", With("ip", "2001:db9::1"));
  Hit("ip: 10.1.2.3", With("ip", "::ffff:10.1.2.3"));
  Unknown("ip: 10.0.0.0/8", With("ip", "localhost"));
  Unknown("not ip: 10.0.0.0/8", With("ip", "localhost"));
  Unknown("ip != 10.0.0.0/8", R"({"ip":5})");
}

// ---- date ----

TEST(Date, DaysAndTimes) {
  Hit("date: \"2026-11-25\"", With("date", "2026-11-25T00:00:00Z"));
  Hit("date: '2026-11-25'", With("date", "2026-11-25T23:59:59.999Z"));
  Miss("date: 2026-11-25", With("date", "2026-11-24T23:59:59.999Z"));
  Miss("date: 2026-11-25", With("date", "2026-11-26T00:00:00Z"));
  Hit("date: 2026-11-25", With("date", "2026-11-26T00:30:00+01:00"));
  Hit("date: \"2026-11-25T10:00:00Z\"", With("date", "2026-11-25T11:00:00+01:00"));
  Miss("date: \"2026-11-25T10:00:00Z\"", With("date", "2026-11-25T10:00:00.001Z"));
  Hit("date != 2026-11-25", With("date", "2026-11-26T00:00:00Z"));
  Miss("date != 2026-11-25", With("date", "2026-11-25T12:00:00Z"));
}

TEST(Date, ComparisonsAndRanges) {
  const std::string noon = With("date", "2026-11-25T12:00:00Z");
  for (const char* query :
       {"date >= \"2026-11-25T12:00:00Z\"", "date <= \"2026-11-25T12:00:00Z\"",
        "date > \"2026-11-25T11:59:59.999Z\"", "date < \"2026-11-25T12:00:00.001Z\"",
        "date: [\"2026-11-25T12:00:00Z\" .. \"2026-11-26T00:00:00Z\"]",
        "date: ['2026-11-24'..'2026-11-25']", "date: [2026-11-25 .. now]"})
    Hit(query, noon);
  for (const char* query : {"date > \"2026-11-25T12:00:00Z\"", "date < \"2026-11-25T12:00:00Z\"",
                            "date: (\"2026-11-25T12:00:00Z\" .. \"2026-11-26T00:00:00Z\"]",
                            "date: [\"2026-11-25T00:00:00Z\" .. \"2026-11-25T12:00:00Z\")"})
    Miss(query, noon);
}

TEST(Date, NowIsTheContexts) {
  Hit("date: now", With("date", "2026-11-25T12:00:00Z"));
  Miss("date: now", With("date", "2026-11-25T12:00:00.001Z"));
  const struct {
    const char* ago;
    const char* exactly;
    const char* before;
  } kUnits[] = {
      {"now-1s", "2026-11-25T11:59:59Z", "2026-11-25T11:59:58.999Z"},
      {"now-90m", "2026-11-25T10:30:00Z", "2026-11-25T10:29:59.999Z"},
      {"now-1h", "2026-11-25T11:00:00Z", "2026-11-25T10:59:59.999Z"},
      {"now-1d", "2026-11-24T12:00:00Z", "2026-11-24T11:59:59.999Z"},
      {"now-2w", "2026-11-11T12:00:00Z", "2026-11-11T11:59:59.999Z"},
      {"now-3M", "2026-08-25T12:00:00Z", "2026-08-25T11:59:59.999Z"},
      {"now-1y", "2025-11-25T12:00:00Z", "2025-11-25T11:59:59.999Z"},
      {"now+1d", "2026-11-26T12:00:00Z", "2026-11-26T11:59:59.999Z"},
  };
  for (const auto& [ago, exactly, before] : kUnits) {
    Hit(std::string("date >= ") + ago, With("date", exactly));
    Miss(std::string("date >= ") + ago, With("date", before));
  }
  Hit("date: [now-2w ... now-1s]", With("date", "2026-11-20T00:00:00Z"));
  Miss("date: [now-2w ... now-1s]", With("date", "2026-11-25T12:00:00Z"));
  Hit("date: [\"now-1d\" .. \"now\"]", With("date", "2026-11-25T00:00:00Z"));
}

TEST(Date, Undecodable) {
  Unknown("date > now-1d", With("date", "yesterday"));
  Unknown("not date > now-1d", With("date", "2026-02-30T00:00:00Z"));
  Unknown("date != 2026-11-25", R"({"date":{}})");
}

// ---- bool ----

TEST(Bool, TrueAndFalse) {
  Hit("bool: true", R"({"bool":true})");
  Hit("bool: \"true\"", R"({"bool":true})");
  Hit("bool: 'False'", R"({"bool":false})");
  Hit("bool = false", R"({"bool":false})");
  Miss("bool: true", R"({"bool":false})");
  Hit("bool: true", R"({"bool":"true"})");
  Hit("bool != true", R"({"bool":false})");
  Miss("bool != true", R"({"bool":true})");
  Miss("bool: false", "{}");
  Unknown("bool: true", R"({"bool":"perhaps"})");
  Unknown("not bool: true", R"({"bool":1})");
}

// ---- absent, null, arrays ----

TEST(Absent, ClausesAreFalseAndNegationsHold) {
  for (const char* event : {"{}", R"({"keyword":null})", R"({"keyword":[]})"}) {
    Miss("keyword: a", event);
    Hit("not keyword: a", event);
    Miss("keyword != a", event);
    Hit("not keyword != a", event);
    Miss("keyword: *", event);
    Miss("keyword ~ a", event);
    Hit("keyword is null", event);
    Miss("keyword is not null", event);
    Miss("keyword not is null", event);
    Miss("not keyword is null", event);
  }
  for (const char* clause : {"text: abc", "number: 1", "number > 1", "ip: 1.2.3.4", "date < now",
                             "bool: true", "number: [1 .. 2]", "text: /a/", "type: FILE"}) {
    Miss(clause, "{}");
    Hit(std::string("not ") + clause, "{}");
  }
  Miss("keyword is null", With("keyword", ""));
  Hit("keyword is not null", With("keyword", "x"));
  Hit("number is null", R"({"number":null})");
  Hit("item is null", "{}");
  Hit("item is null", R"({"item":[]})");
  Miss("item is null", R"({"item":{}})");
}

TEST(Arrays, AnyElement) {
  const std::string event = R"({"keyword":["a","B"],"number":[1,"n/a",9]})";
  Hit("keyword: a", event);
  Hit("keyword: b", event);
  Miss("keyword: c", event);
  Hit("keyword: a and keyword: b", event);
  Miss("not keyword: a", event);
  Hit("not keyword: c", event);
  Miss("keyword != a", event);
  Hit("keyword != c", event);
  Hit("number: 9", event);
  Hit("number > 5", event);
  Unknown("number: 5", event);
  Unknown("not number: 5", event);
  Miss("not number: 9", event);
  Miss("number != 1", event);
  Hit("keyword: a", R"({"keyword":[["x",["a"]]]})");
  Hit("keyword: a", R"({"keyword":[null,"a"]})");
}

// ---- nested groups ----

TEST(Groups, OneSubObjectSatisfiesAll) {
  const std::string apart = R"({"item":[{"name":"left","size":1},{"name":"right","size":9}]})";
  Hit("item: (name: left and size: 1)", apart);
  Hit("item: (name: right and size > 5)", apart);
  Miss("item: (name: left and size: 9)", apart);
  Hit("item.name: left and item.size: 9", apart);
  Hit("item: (name: none or size: 9)", apart);
  Hit("item: (not name: left)", apart);
  Miss("not item: (name: left)", apart);
  Hit("not item: (name: left and size: 9)", apart);
  Hit("item: (name: left) and item: (size: 9)", apart);
  Miss("item: (name: left)", "{}");
  Hit("not item: (name: left)", "{}");
  Hit("item: (name: left and size: 1)", R"({"item":{"name":"left","size":1}})");
  Miss("item: (name: left)", R"({"item":"left"})");
}

TEST(Groups, AbsentAndUndecodableInASubObject) {
  const std::string event = R"({"item":[{"name":"left"},{"name":"right","size":"n/a"}]})";
  Hit("item: (name: left and size is null)", event);
  Miss("item: (name: right and size is null)", event);
  Hit("item: (name: left and not size: 1)", event);
  Unknown("item: (name: right and not size: 1)", event);
  Unknown("not item: (name: right and size: 1)", event);
  Miss("item: (name: left and size: 1)", event);
}

TEST(Groups, InsideGroups) {
  const std::string event =
      R"({"item":[{"kind":"a","part":[{"name":"x","size":1},{"name":"y","size":2}]},)"
      R"({"kind":"b","part":{"name":"z","size":1}}]})";
  Hit("item: (kind: a and part: (name: y and size: 2))", event);
  Miss("item: (kind: a and part: (name: y and size: 1))", event);
  Miss("item: (kind: b and part: (name: y and size: 2))", event);
  Hit("item: (kind: a and part.name: x and part.size: 2)", event);
  Hit("item.part: (name: z and size: 1)", event);
  Miss("item.part: (name: x and size: 2)", event);
  Miss("item: (kind: b and part.name: x)", event);
}

// ---- several paths ----

TEST(Paths, CoalesceTakesTheFirstAndUnionTakesAll) {
  const std::string both = R"({"one":"a","two":"b"})";
  Hit("first: a", both);
  Miss("first: b", both);
  Hit("all: a", both);
  Hit("all: b", both);
  for (const char* event :
       {R"({"two":"b"})", R"({"one":null,"two":"b"})", R"({"one":[],"two":"b"})"}) {
    Hit("first: b", event);
    Hit("all: b", event);
  }
  Hit("first is null", "{}");
  Hit("all is null", "{}");
}

}  // namespace
}  // namespace riposte::match
