// Random events as JSON text, and damage to them: for differential tests. Everything follows from
// the seed.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rules/schema/profile.h"

namespace riposte::test {

struct EventTextOptions {
  std::vector<schema::Path> paths;  // where values mostly stand
  std::vector<std::string>
      texts;  // what string values mostly are, beside the generator's own odd ones; UTF-8
  // Shares of 1,000 values, keys or members.
  unsigned absent = 300;  // a wanted path that is left out
  unsigned odd_values =
      80;  // null, [], an object or an array where a scalar should be, huge numbers, folding traps
  unsigned bad_texts = 10;  // invalid UTF-8, lone surrogates
  unsigned escapes =
      30;  // characters of strings and keys that are written as escapes though they need not be
  unsigned duplicates = 15;  // members that come a second time with another value
  unsigned noise = 300;      // objects that get members nobody asked for
  unsigned arrays = 0;       // scalars that become arrays of several
};

// All paths at which the profile finds something: values and conditions.
std::vector<schema::Path> PathsOf(const schema::Profile& profile);

class EventTextGenerator {
 public:
  EventTextGenerator(uint64_t seed, EventTextOptions options);

  // The next event: one JSON object, well-formed by RFC 8259 but for the UTF-8 of bad texts.
  std::string Next();
  // A JSON string as the generator writes them: any character may be an escape.
  std::string Quote(std::string_view text);

  std::mt19937_64& random() { return random_; }

 private:
  struct Tree {
    std::map<std::string, Tree> children;
    bool wanted = false;
  };

  bool Chance(unsigned of_thousand) { return random_() % 1000 < of_thousand; }
  size_t Below(size_t limit) { return static_cast<size_t>(random_() % limit); }
  std::string_view Space();
  void AppendObject(const Tree& tree, int depth, std::string& out);
  void AppendMember(const std::string& key, const Tree& tree, int depth, bool& first,
                    std::string& out);
  void AppendBranch(const Tree& tree, int depth, std::string& out);
  void AppendScalar(std::string& out);
  void AppendScalars(std::string& out);
  void AppendOddValue(int depth, std::string& out);
  void AppendText(std::string& out);
  std::string NumberText();

  std::mt19937_64 random_;
  EventTextOptions options_;
  Tree tree_;
};

// `bytes` with one to four random edits: bytes flipped, inserted, removed, repeated or swapped,
// preferably by what JSON is sensitive to.
std::string MutateBytes(std::string_view bytes, std::mt19937_64& random);

}  // namespace riposte::test
