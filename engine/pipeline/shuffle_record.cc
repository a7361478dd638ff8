#include "engine/pipeline/shuffle_record.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "engine/trigger/watermark.h"

namespace riposte::pipeline {
namespace {

constexpr uint8_t kVersion = 2;
enum Content : uint8_t { kTick, kContribution, kProposal };

constexpr size_t kDefinitionBytes = 64;  // SHA-256, hex

void WriteHead(std::string_view sender, Time watermark, Content content, ByteWriter& writer) {
  RIPOSTE_CHECK(sender.size() <= trigger::Watermark::kNameBytesMax, "no name of a sender");
  writer.Byte(kVersion);
  writer.Text(sender);
  writer.Signed(ToMs(watermark));
  writer.Byte(content);
}

Content ReadHead(ByteReader& reader, ShuffleRecord& record) {
  record.sender = reader.Text();
  if (record.sender.size() > trigger::Watermark::kNameBytesMax) reader.Fail();
  record.watermark = TimeFromMs(reader.Signed());
  const uint8_t content = reader.Byte();
  if (content > kProposal) reader.Fail();
  return reader.ok() ? static_cast<Content>(content) : kTick;
}

void WriteId(const Uuid& id, ByteWriter& writer) {
  for (const uint8_t byte : id.bytes) writer.Byte(byte);
}

Uuid ReadId(ByteReader& reader) {
  Uuid id;
  for (uint8_t& byte : id.bytes) byte = reader.Byte();
  return id;
}

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

std::string_view ReadDefinition(ByteReader& reader) {
  const std::string_view definition = reader.Text();
  if (definition.size() != kDefinitionBytes || !std::ranges::all_of(definition, IsHex))
    reader.Fail();
  return definition;
}

// Finds the rule here that the contribution is to.
ShuffleReject Resolve(const trigger::MatchValues& values, const ShuffleRecord& record,
                      trigger::Contribution& contribution) {
  const std::optional<uint32_t> rule = values.IndexOf(record.rule);
  if (!rule) return ShuffleReject::kUnknownRule;
  if (values.definition(*rule) != record.definition) return ShuffleReject::kUnknownDefinition;
  contribution.rule = *rule;
  return values.Accepts(contribution) ? ShuffleReject::kNone : ShuffleReject::kNoContribution;
}

}  // namespace

std::string_view ShuffleRejectName(ShuffleReject reject) {
  switch (reject) {
    case ShuffleReject::kNone:
      return "none";
    case ShuffleReject::kTooLarge:
      return "too_large";
    case ShuffleReject::kVersion:
      return "version";
    case ShuffleReject::kMalformed:
      return "malformed";
    case ShuffleReject::kUnknownRule:
      return "unknown_rule";
    case ShuffleReject::kUnknownDefinition:
      return "unknown_definition";
    case ShuffleReject::kNoContribution:
      return "no_contribution";
    case ShuffleReject::kNotOwned:
      return "not_owned";
    case ShuffleReject::kCount:
      break;
  }
  return "unknown";
}

void WriteTick(std::string_view sender, Time watermark, std::string& out) {
  ByteWriter writer(out);
  WriteHead(sender, watermark, kTick, writer);
}

void WriteShuffleRecord(std::string_view sender, const Outgoing& outgoing,
                        const trigger::MatchValues& values, std::string& out) {
  const size_t begin = out.size();
  const uint32_t rule = outgoing.contribution.rule;
  ByteWriter writer(out);
  WriteHead(sender, outgoing.watermark, kContribution, writer);
  WriteId(values.rules().rules[rule].id, writer);
  writer.Text(values.definition(rule));
  Write(outgoing.contribution, writer);
  RIPOSTE_CHECK(out.size() - begin <= kShuffleBytesMax, "its parts are bounded to less");
}

void WriteProposalRecord(std::string_view sender, Time watermark, std::string_view proposal,
                         std::string& out) {
  const size_t begin = out.size();
  ByteWriter writer(out);
  WriteHead(sender, watermark, kProposal, writer);
  writer.Text(proposal);
  RIPOSTE_CHECK(out.size() - begin <= kShuffleBytesMax, "a proposal is bounded to less");
}

ShuffleReject ReadShuffleRecord(std::string_view bytes, const trigger::MatchValues& values,
                                ShuffleRecord& record) {
  record = {};
  if (bytes.size() > kShuffleBytesMax) return ShuffleReject::kTooLarge;
  ByteReader reader(bytes);
  const uint8_t version = reader.Byte();
  if (reader.ok() && version != kVersion) return ShuffleReject::kVersion;
  const Content content = ReadHead(reader, record);
  std::optional<trigger::Contribution> contribution;
  if (content == kContribution) {
    record.rule = ReadId(reader);
    record.definition = ReadDefinition(reader);
    contribution = trigger::ReadContribution(reader);
  }
  if (content == kProposal) record.proposal = reader.Text();
  if (!reader.ok() || !reader.at_end()) return ShuffleReject::kMalformed;
  if (!contribution) return ShuffleReject::kNone;
  const ShuffleReject reject = Resolve(values, record, *contribution);
  if (reject == ShuffleReject::kNone) record.contribution = std::move(contribution);
  return reject;
}

}  // namespace riposte::pipeline
