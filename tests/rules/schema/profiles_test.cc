// The profiles that ship, read by the decoder: the vendor's published samples, and real recordings.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/event/decode.h"
#include "rules/qql/parse.h"
#include "rules/schema/embedded_profiles.h"
#include "rules/schema/load.h"
#include "rules/schema/read_profile.h"
#include "tests/support/corpus.h"
#include "tests/support/zst.h"

namespace riposte::schema {
namespace {

const Schema& Shipped() {
  static const SchemaPtr schema = [] {
    text::Diagnostics diagnostics;
    SchemaPtr loaded = LoadSchema({}, diagnostics);
    EXPECT_NE(loaded, nullptr) << text::Render(diagnostics);
    return loaded;
  }();
  return *schema;
}

std::shared_ptr<const event::Plan> PlanOfAll(const Profile& profile) {
  std::vector<FieldId> fields;
  for (size_t i = 0; i < profile.fields.size(); ++i) {
    if (profile.fields[i]) fields.push_back(FieldId{static_cast<uint16_t>(i)});
  }
  return event::Plan::Compile(Shipped(), profile, fields);
}

std::string TextOf(const event::Value& value, FieldType type) {
  if (value.undecodable != event::Undecodable::kNone) return "undecodable";
  switch (type) {
    case FieldType::kText:
    case FieldType::kKeyword:
      return std::string(value.text);
    case FieldType::kNumber:
      return value.number.ToString();
    case FieldType::kIp:
      return value.ip.ToString();
    case FieldType::kDate:
      return FormatTime(value.date);
    case FieldType::kBool:
      return value.boolean ? "true" : "false";
    case FieldType::kObject:
      return "{}";
  }
  return "";
}

// One decoded event of a profile.
class Reading {
 public:
  Reading(std::string_view profile, std::string json)
      : profile_(*Shipped().FindProfile(profile)), json_(std::move(json)) {
    EXPECT_EQ(decoder_.Decode(*plan_, json_), event::Reject::kNone) << json_;
  }

  // The values of a token, with '|' between them.
  std::string operator[](std::string_view token) const {
    const FieldId id = Shipped().catalogue.Find(token);
    EXPECT_NE(id, kNoField) << token;
    EXPECT_TRUE(profile_.Has(id)) << token;
    std::string all;
    for (const event::Value& value : decoder_.event().values(id)) {
      if (!all.empty()) all += '|';
      all += TextOf(value, Shipped().catalogue.token(id).type);
    }
    return all;
  }
  std::string operator[](Role role) const {
    return (*this)[Shipped().catalogue.token(profile_.role(role)).name];
  }
  const event::Event& event() const { return decoder_.event(); }

 private:
  const Profile& profile_;
  std::shared_ptr<const event::Plan> plan_ = PlanOfAll(profile_);
  std::string json_;
  event::Decoder decoder_;
};

// ---- both

TEST(Profiles, EachExampleIsAQueryThatNamesItsToken) {
  for (const EmbeddedFile& file : EmbeddedProfiles()) {
    text::Diagnostics diagnostics;
    const ProfileText profile =
        ReadProfile(std::make_shared<text::Source>(std::string(file.path), std::string(file.bytes)),
                    diagnostics);
    for (const TokenText& token : profile.tokens) {
      if (token.token.type == FieldType::kObject) continue;
      const text::Fragment query(std::make_shared<text::Source>(
          profile.name + ": " + token.token.name, token.token.example));
      const std::optional<query::Expression> expression =
          qql::Parse(query, Shipped().catalogue, diagnostics);
      ASSERT_TRUE(expression.has_value()) << text::Render(diagnostics);
      EXPECT_THAT(expression->Fields(),
                  ::testing::Contains(Shipped().catalogue.Find(token.token.name)))
          << token.token.example;
    }
    EXPECT_EQ(text::Render(diagnostics), "");
  }
}

// ---- qualys-edr: the samples of the vendor's public documents

constexpr std::string_view kMaliciousFile =
    R"({"dateTime":"2020-02-10T00:21:04.000+0000","score":"8","action":"CREATED",)"
    R"("id":"F_5ab4ee62-1d5f-3c19-a19f-7a86dc453569_10-2-2020","type":"FILE","file":{)"
    R"("fullPath":"C:\\Users\\User01\\Downloads\\Malware\\bublik\\bublik.exe",)"
    R"("path":"C:\\Users\\User01\\Downloads\\Malware\\bublik","extension":"exe",)"
    R"("fileName":"bublik.exe","createdDate":"2020-02-10T00:18:31.290+0000",)"
    R"("sha256":"bb72b8aa82b48bc68a082f86a8a8f4262023a732b464f03e44a3a9eb83229105",)"
    R"("md5":"1577e6455a5d19413c9e0c7726983e8c"},"indicator2":[{"score":8,)"
    R"("sha256":"bb72b8aa82b48bc68a082f86a8a8f4262023a732b464f03e44a3a9eb83229105",)"
    R"("familyName":"Kolab","verdict":"MALICIOUS","threatName":"Win32.Worm.Kolab",)"
    R"("category":"Worm"}],"asset":{"fullOSName":"Microsoft Windows 7 Enterprise 6.1.1130",)"
    R"("hostName":"WIN7-HOST-01","agentId":"5b49017b-90dd-4a6d-92ea-7651bafdc1ec",)"
    R"("interfaces":[{"ipAddress":"10.10.10.29"},{"ipAddress":"fe80::f183:4a7b:3ee8:1576"}],)"
    R"("netBiosName":"WIN7-HOST-01","customerId":"b556a9b9-474e-66e5-81cc-471d5a1f712b",)"
    R"("platform":"WINDOWS"}})";

// `middle` is what stands between the asset and the time: score and indicator2.
std::string ChromeSetup(std::string_view middle) {
  return R"({"dateTime":"2020-03-17T12:19:15.000+0000",)"
         R"("eventProcessedTime":"2020-03-17T12:27:37.287+0000","action":"CREATED",)"
         R"("id":"F_5b49017b-90dd-4a6d-92ea-7651bafdc1ec_3480527008110556743","type":"FILE",)" +
         std::string(middle) +
         R"("file":{"fullPath":"C:\\Users\\User01\\Downloads\\ChromeSetup.exe",)"
         R"("extension":"exe","fileName":"ChromeSetup.exe"},"asset":{"hostName":"WIN7-HOST-01",)"
         R"("agentId":"5b49017b-90dd-4a6d-92ea-7651bafdc1ec","platform":"WINDOWS",)"
         R"("tags":[{"name":"IOC Host","id":13546632}]}})";
}

TEST(QualysEdr, AMaliciousFileOf2020) {
  const Reading read("qualys-edr", std::string(kMaliciousFile));
  EXPECT_EQ(read.event().type(), EventType::kFile);
  EXPECT_EQ(read[Role::kEventId], "F_5ab4ee62-1d5f-3c19-a19f-7a86dc453569_10-2-2020");
  EXPECT_EQ(read[Role::kEventTime], "2020-02-10T00:21:04.000Z");
  EXPECT_EQ(read[Role::kAssetId], "5b49017b-90dd-4a6d-92ea-7651bafdc1ec");
  EXPECT_EQ(read[Role::kAssetName], "WIN7-HOST-01");
  EXPECT_EQ(read[Role::kAssetPlatform], "WINDOWS");
  EXPECT_EQ(read[Role::kFilePath], R"(C:\Users\User01\Downloads\Malware\bublik\bublik.exe)");
  EXPECT_EQ(read[Role::kFileSha256],
            "bb72b8aa82b48bc68a082f86a8a8f4262023a732b464f03e44a3a9eb83229105");
  EXPECT_EQ(read[Role::kScore], "8");
  EXPECT_EQ(read[Role::kVerdict], "MALICIOUS");
  EXPECT_EQ(read[Role::kClass], "malicious");
  EXPECT_EQ(read[Role::kSeverity], "critical");
  EXPECT_EQ(read[Role::kSnapshot], "true");
  EXPECT_EQ(read[Role::kProcessPid], "");
  EXPECT_EQ(read["file.name"], "bublik.exe");
  EXPECT_EQ(read["file.extension"], "exe");
  EXPECT_EQ(read["file.hash.md5"], "1577e6455a5d19413c9e0c7726983e8c");
  EXPECT_EQ(read["file.created"], "2020-02-10T00:18:31.290Z");
  EXPECT_EQ(read["indicator.score"], "8");
  EXPECT_EQ(read["indicator.threatName"], "Win32.Worm.Kolab");
  EXPECT_EQ(read["asset.interfaces.address"], "10.10.10.29|fe80::f183:4a7b:3ee8:1576");
}

TEST(QualysEdr, AFileOfUnknownVerdictHasNoScore) {
  const Reading read("qualys-edr",
                     ChromeSetup(R"("indicator2":[{"sha256":"585e","verdict":"UNKNOWN"}],)"));
  EXPECT_EQ(read[Role::kVerdict], "UNKNOWN");
  EXPECT_EQ(read[Role::kClass], "non-suspicious");
  EXPECT_EQ(read[Role::kScore], "");
  EXPECT_EQ(read[Role::kSeverity], "");
  EXPECT_EQ(read["event.processedTime"], "2020-03-17T12:27:37.287Z");
  EXPECT_EQ(read["asset.tags.name"], "IOC Host");
}

TEST(QualysEdr, AFileOfKnownVerdict) {
  const Reading read(
      "qualys-edr",
      ChromeSetup(R"("score":"0","indicator2":[{"score":0,"sha256":"585e","verdict":"KNOWN"}],)"));
  EXPECT_EQ(read[Role::kClass], "non-malicious");
  EXPECT_EQ(read[Role::kScore], "0");
  EXPECT_EQ(read[Role::kSeverity], "informational");
}

TEST(QualysEdr, AFileOf2025HasAnActor) {
  const Reading read(
      "qualys-edr",
      R"({"dateTime":"2025-02-19T13:23:45.175+0000","eventSource":"EDR","type":"FILE",)"
      R"("indicator2":[{"score":"7","sha256":"3247","familyName":"virus","verdict":"MALICIOUS",)"
      R"("threatName":"virus","category":"virus"}],"actor":{"processEventId":)"
      R"("RTP_900a3661-8a3b-3547-82f8-743e68a5ad5f_11-2-2025","processUniqueId":)"
      R"("7203985709335574011","processId":2864,"processName":"MsMpEng.exe",)"
      R"("imageFullPath":"C:\\ProgramData\\Microsoft.."}})");
  EXPECT_EQ(read[Role::kEngine], "EDR");
  EXPECT_EQ(read[Role::kScore], "7");
  EXPECT_EQ(read[Role::kClass], "malicious") << "the verdict, not the score, gives the class";
  EXPECT_EQ(read[Role::kSeverity], "high");
  EXPECT_EQ(read[Role::kProcessPid], "2864");
  EXPECT_EQ(read[Role::kProcessGuid], "7203985709335574011");
  EXPECT_EQ(read[Role::kProcessImage], R"(C:\ProgramData\Microsoft..)");
  EXPECT_EQ(read[Role::kProcessStartedNotAfter], "2025-02-19T13:23:45.175Z");
  EXPECT_EQ(read[Role::kEventId], "");
  EXPECT_EQ(read[Role::kAssetId], "");
  EXPECT_EQ(read[Role::kSnapshot], "");
}

TEST(QualysEdr, AProcessOf2025) {
  const Reading read(
      "qualys-edr",
      R"({"dateTime":"2025-08-22T15:16:24.000+0000","eventSource":"Anti-malware","type":"PROCESS",)"
      R"("eventMetadata":{"isDetected":true},"process":{"fullPath":"C:\\Windows\\Explorer.EXE",)"
      R"("processFile":{"fullPath":"C:\\Windows\\Explorer.EXE","path":"C:\\Windows",)"
      R"("fileName":"Explorer.EXE","moduleName":"Explorer","uniqueImageId":"9012345969476688084"},)"
      R"("processEventId":"RTP_77431db0-570c-34b3-aedb-3aaf9ab90938_22-8-2025",)"
      R"("processName":"Explorer.EXE","elevated":false,"parentPid":7672,)"
      R"("isCertificateExists":false,"arguments":"C:\\Windows\\Explorer.EXE","pid":7728,)"
      R"("userName":"user1","integrityLevel":"password",)"
      R"("sid":"S-1-5-21-1267196795-1931511629-2383437562-500"}})");
  EXPECT_EQ(read.event().type(), EventType::kProcess);
  EXPECT_EQ(read[Role::kEngine], "Anti-malware");
  EXPECT_EQ(read[Role::kProcessPid], "7728");
  EXPECT_EQ(read[Role::kProcessGuid], "RTP_77431db0-570c-34b3-aedb-3aaf9ab90938_22-8-2025");
  EXPECT_EQ(read[Role::kProcessImage], R"(C:\Windows\Explorer.EXE)");
  EXPECT_EQ(read[Role::kParentPid], "7672");
  EXPECT_EQ(read[Role::kClass], "");
  EXPECT_EQ(read["process.name"], "Explorer.EXE");
  EXPECT_EQ(read["process.elevated"], "false");
  EXPECT_EQ(read["process.username"], "user1");
  EXPECT_EQ(read["event.isDetected"], "true");
}

TEST(QualysEdr, TheProcessOfAnEventIsNeverThatOfAnotherBranch) {
  // A PROCESS event whose process lacks a pid does not borrow the actor's.
  const Reading process("qualys-edr", R"({"type":"PROCESS","process":{"processName":"a.exe"},)"
                                      R"("actor":{"processId":7,"processName":"b.exe"}})");
  EXPECT_EQ(process[Role::kProcessPid], "");
  EXPECT_EQ(process["process.name"], "a.exe");
  const Reading network("qualys-edr", R"({"type":"NETWORK","network":{"localIP":"10.0.0.1",)"
                                      R"("remoteIP":"203.0.113.9","remoteDns":"evil.example"},)"
                                      R"("actor":{"processId":7,"processName":"b.exe"}})");
  EXPECT_EQ(network[Role::kProcessPid], "7");
  EXPECT_EQ(network["network.remote.address.ip"], "203.0.113.9");
  EXPECT_EQ(network["network.remote.address.fqdn"], "evil.example");
}

TEST(QualysEdr, AnUnknownTypeIsOther) {
  EXPECT_EQ(Reading("qualys-edr", R"({"type":"DeviceControl"})")["type"], "OTHER");
  EXPECT_EQ(Reading("qualys-edr", R"({"type":"mutex","mutex":{"name":"m"}})")["handle.name"], "m");
}

struct Mapped {
  std::string_view verdict_or_score;  // a JSON member
  std::string_view event_class, severity;
};

TEST(QualysEdr, VerdictThenScoreGiveTheClass) {
  const Mapped cases[] = {
      {R"("score":"0")", "non-malicious", "informational"},
      {R"("score":"1")", "non-malicious", "informational"},
      {R"("score":"2")", "suspicious", "low"},
      {R"("score":"3")", "suspicious", "low"},
      {R"("score":"4")", "suspicious", "medium"},
      {R"("score":"5")", "suspicious", "medium"},
      {R"("score":"6")", "suspicious", "high"},
      {R"("score":"7")", "suspicious", "high"},
      {R"("score":8)", "malicious", "critical"},
      {R"("score":10)", "malicious", "critical"},
      {R"("score":"11")", "", ""},
      {R"("score":"n/a")", "", ""},
      {R"("score":null)", "", ""},
      {R"("indicator2":[{"verdict":"Remedied"}],"score":9)", "malicious", "critical"},
      {R"("indicator2":[{"verdict":"REMEDIATED","score":1}])", "non-malicious", "informational"},
      {R"("indicator2":[{"verdict":"suspicious","score":9}])", "suspicious", "critical"},
      {R"("indicator2":[{"verdict":"KNOWN"},{"verdict":"MALICIOUS"}])", "non-malicious|malicious",
       ""},
  };
  for (const Mapped& mapped : cases) {
    const Reading read("qualys-edr",
                       R"({"type":"FILE",)" + std::string(mapped.verdict_or_score) + "}");
    EXPECT_EQ(read[Role::kClass], mapped.event_class) << mapped.verdict_or_score;
    EXPECT_EQ(read[Role::kSeverity], mapped.severity) << mapped.verdict_or_score;
  }
}

// ---- windows-nxlog

std::string Sysmon(int id, std::string_view fields) {
  return R"({"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":)" + std::to_string(id) +
         R"(,"SourceName":"Microsoft-Windows-Sysmon","Hostname":"WS5.example.net",)"
         R"("UtcTime":"2023-07-19 19:20:12.034",)" +
         std::string(fields) + "}";
}

std::string Security(int id, std::string_view fields) {
  return R"({"Channel":"security","EventID":)" + std::to_string(id) +
         R"(,"Hostname":"WS5.example.net","@timestamp":"2023-07-19T12:20:11.928Z",)"
         R"("EventTime":"2023-07-19 07:20:11","ProcessID":4,)" +
         std::string(fields) + "}";
}

TEST(WindowsNxlog, ANewProcess) {
  const Reading read(
      "windows-nxlog",
      Sysmon(1, R"("RecordNumber":215522,"ProcessGuid":"{fe86be69-376c}","ProcessId":"5724",)"
                R"("Image":"C:\\Windows\\System32\\svchost.exe","CommandLine":"svchost.exe -k x",)"
                R"("User":"NT AUTHORITY\\SYSTEM","OriginalFileName":"-",)"
                R"("Hashes":"SHA1=DA7A,MD5=DC32,SHA256=AB01,IMPHASH=F34D",)"
                R"("ParentProcessGuid":"{fe86be69-25c4}","ParentProcessId":592,)"
                R"("ParentImage":"C:\\Windows\\System32\\services.exe")"));
  EXPECT_EQ(read.event().type(), EventType::kProcess);
  EXPECT_EQ(read["action"], "CREATED");
  EXPECT_EQ(read[Role::kEventId], "WS5.example.net/Microsoft-Windows-Sysmon/Operational/215522");
  EXPECT_EQ(read[Role::kEventTime], "2023-07-19T19:20:12.034Z");
  EXPECT_EQ(read[Role::kAssetId], "WS5.example.net");
  EXPECT_EQ(read[Role::kAssetPlatform], "WINDOWS");
  EXPECT_EQ(read[Role::kProcessPid], "5724");
  EXPECT_EQ(read[Role::kProcessStartedAt], "2023-07-19T19:20:12.034Z");
  EXPECT_EQ(read[Role::kProcessGuid], "fe86be69-376c");
  EXPECT_EQ(read[Role::kProcessImage], R"(C:\Windows\System32\svchost.exe)");
  EXPECT_EQ(read[Role::kProcessSha256], "AB01");
  EXPECT_EQ(read[Role::kParentPid], "592");
  EXPECT_EQ(read[Role::kParentGuid], "fe86be69-25c4");
  EXPECT_EQ(read["process.name"], "svchost.exe");
  EXPECT_EQ(read["process.hash.imphash"], "F34D");
  EXPECT_EQ(read["process.originalFileName"], "");
  EXPECT_EQ(read["parent.name"], "services.exe");
  EXPECT_EQ(read["file.hash.sha256"], "");
}

TEST(WindowsNxlog, TheActingProcessOfAnAccess) {
  const Reading read(
      "windows-nxlog",
      Sysmon(10, R"("SourceProcessGUID":"{aa}","SourceProcessId":"1244",)"
                 R"("SourceImage":"C:\\Temp\\x.exe","TargetProcessGUID":"{bb}",)"
                 R"("TargetProcessId":"520","TargetImage":"C:\\Windows\\system32\\lsass.exe",)"
                 R"("GrantedAccess":"0x1010")"));
  EXPECT_EQ(read["action"], "ACCESSED");
  EXPECT_EQ(read[Role::kProcessPid], "1244");
  EXPECT_EQ(read[Role::kProcessGuid], "aa");
  EXPECT_EQ(read[Role::kProcessStartedAt], "");
  EXPECT_EQ(read[Role::kProcessStartedNotAfter], "2023-07-19T19:20:12.034Z");
  EXPECT_EQ(read["target.name"], "lsass.exe");
  EXPECT_EQ(read["target.pid"], "520");
  EXPECT_EQ(read["access.mask"], "0x1010");
}

TEST(WindowsNxlog, ANewProcessOfTheSecurityLog) {
  const Reading read(
      "windows-nxlog",
      Security(4688, R"("NewProcessId":"0x165c","NewProcessName":"C:\\Windows\\System32\\cmd.exe",)"
                     R"("ProcessId":"0x250","ParentProcessName":"C:\\Windows\\services.exe",)"
                     R"("CommandLine":"cmd /c whoami","SubjectUserName":"bob",)"
                     R"("SubjectDomainName":"CORP","MandatoryLabel":"S-1-16-12288")"));
  EXPECT_EQ(read.event().type(), EventType::kProcess);
  EXPECT_EQ(read["action"], "CREATED");
  EXPECT_EQ(read[Role::kEventId], "") << "there is no record number";
  EXPECT_EQ(read[Role::kEventTime], "2023-07-19T12:20:11.928Z");
  EXPECT_EQ(read[Role::kProcessPid], "5724");
  EXPECT_EQ(read[Role::kProcessImage], R"(C:\Windows\System32\cmd.exe)");
  EXPECT_EQ(read[Role::kParentPid], "592");
  EXPECT_EQ(read["parent.name"], "services.exe");
  EXPECT_EQ(read["process.username"], R"(CORP\bob)");
  EXPECT_EQ(read["process.integrityLevel"], "High");
}

TEST(WindowsNxlog, TheCreatorIsNeverTakenForTheNewProcess) {
  const Reading read("windows-nxlog", Security(4688, R"("ProcessId":"0x250")"));
  EXPECT_EQ(read[Role::kProcessPid], "");
}

TEST(WindowsNxlog, TheSidesOfAConnection) {
  const auto connection = [](std::string_view more) {
    return Sysmon(3, R"("ProcessId":"7","Image":"C:\\a.exe","SourceIp":"10.0.0.5",)"
                     R"("SourcePort":"50000","DestinationIp":"203.0.113.9","DestinationPort":443,)"
                     R"("DestinationHostname":"-","SourceHostname":"ws5",)" +
                         std::string(more));
  };
  const Reading out("windows-nxlog", connection(R"("Initiated":"true","Protocol":"tcp")"));
  EXPECT_EQ(out.event().type(), EventType::kNetwork);
  EXPECT_EQ(out["network.local.address.ip"], "10.0.0.5");
  EXPECT_EQ(out["network.remote.address.ip"], "203.0.113.9");
  EXPECT_EQ(out["network.remote.address.port"], "443");
  EXPECT_EQ(out["network.remote.address.fqdn"], "");
  const Reading in("windows-nxlog", connection(R"("Initiated":"false","Protocol":"tcp")"));
  EXPECT_EQ(in["network.local.address.port"], "443");
  EXPECT_EQ(in["network.remote.address.ip"], "10.0.0.5");
  EXPECT_EQ(in["network.remote.address.fqdn"], "ws5");
  const Reading udp("windows-nxlog", connection(R"("Initiated":"false","Protocol":"udp")"));
  EXPECT_EQ(udp["network.local.address.ip"], "10.0.0.5");
  const Reading filter("windows-nxlog",
                       Security(5156, R"("ProcessId":"1072","Application":"\\device\\x\\a.exe",)"
                                      R"("Direction":"%%14592","SourceAddress":"203.0.113.9",)"
                                      R"("SourcePort":"50000","DestAddress":"10.0.0.5",)"
                                      R"("DestPort":"445","Protocol":"6")"));
  EXPECT_EQ(filter["network.local.address.port"], "445");
  EXPECT_EQ(filter["network.remote.address.ip"], "203.0.113.9");
  EXPECT_EQ(filter["network.protocol"], "tcp");
  EXPECT_EQ(filter["network.initiated"], "false");
  EXPECT_EQ(filter[Role::kProcessPid], "1072");
}

struct TypedEvent {
  std::string json;
  EventType type;
  std::string_view action;
};

TEST(WindowsNxlog, TypesAndActions) {
  const TypedEvent cases[] = {
      {Sysmon(11, R"("TargetFilename":"C:\\x")"), EventType::kFile, "CREATED"},
      {Sysmon(23, R"("TargetFilename":"C:\\x")"), EventType::kFile, "DELETED"},
      {Sysmon(12, R"("EventType":"CreateKey")"), EventType::kRegistry, "KEY_CREATED"},
      {Sysmon(12, R"("EventType":"INFO","EventTypeOrignal":"DeleteKey")"), EventType::kRegistry,
       "KEY_DELETED"},
      {Sysmon(12, R"("EventType":"INFO")"), EventType::kRegistry, ""},
      {Sysmon(13, R"("EventType":"INFO")"), EventType::kRegistry, "VALUE_SET"},
      {Sysmon(17, R"("PipeName":"\\x")"), EventType::kOther, "PIPE_CREATED"},
      {Sysmon(22, R"("QueryName":"x")"), EventType::kNetwork, "DNS_QUERY"},
      {Sysmon(6, R"("ImageLoaded":"C:\\x.sys")"), EventType::kOther, "DRIVER_LOADED"},
      {Sysmon(255, R"("ID":"x")"), EventType::kOther, ""},
      {Security(4689, R"("ProcessId":"0x4")"), EventType::kProcess, "TERMINATED"},
      {Security(4624, R"("LogonType":"10")"), EventType::kOther, "LOGGED_ON"},
      {R"({"EventID":1,"Channel":"Application"})", EventType::kOther, ""},
      {"{}", EventType::kOther, ""},
  };
  for (const TypedEvent& typed : cases) {
    const Reading read("windows-nxlog", typed.json);
    EXPECT_EQ(read.event().type(), typed.type) << typed.json;
    EXPECT_EQ(read["action"], typed.action) << typed.json;
  }
}

TEST(WindowsNxlog, RegistryFilesAndTheRest) {
  const Reading set(
      "windows-nxlog",
      Sysmon(13, R"("TargetObject":"HKLM\\Software\\Run\\Updater","Details":"x.exe")"));
  EXPECT_EQ(set["registry.key"], R"(HKLM\Software\Run\Updater)");
  EXPECT_EQ(set["registry.value"], "Updater");
  EXPECT_EQ(set["registry.data"], "x.exe");
  const Reading stream("windows-nxlog", Sysmon(15, R"("TargetFilename":"C:\\d\\a.exe:Zone",)"
                                                   R"("Hash":"SHA1=8,MD5=2,SHA256=C0FFEE")"));
  EXPECT_EQ(stream[Role::kFilePath], R"(C:\d\a.exe:Zone)");
  EXPECT_EQ(stream[Role::kFileSha256], "C0FFEE");
  const Reading block("windows-nxlog",
                      R"({"Channel":"Microsoft-Windows-PowerShell/Operational","EventID":4104,)"
                      R"("ScriptBlockText":"prompt"})");
  EXPECT_EQ(block["powershell.scriptBlock"], "prompt");
  const Reading service("windows-nxlog", R"({"Channel":"System","EventID":7045,)"
                                         R"("ServiceName":"PSEXESVC","ImagePath":"%SystemRoot%"})");
  EXPECT_EQ(service["service.name"], "PSEXESVC");
  EXPECT_EQ(service["action"], "SERVICE_INSTALLED");
}

// ---- real recordings

// How many of the events that can have a role's value have one.
struct Coverage {
  std::string_view name;
  double floor;  // share of `of` that must be reached
  size_t with = 0, of = 0;

  void Count(bool has) {
    ++of;
    if (has) ++with;
  }
};

TEST(WindowsNxlog, RolesAreFoundInTheRecordings) {
  RIPOSTE_REQUIRE_CORPUS(folder, "events");
  const Profile& profile = *Shipped().FindProfile("windows-nxlog");
  const std::shared_ptr<const event::Plan> plan = PlanOfAll(profile);
  event::Decoder decoder;
  Coverage asset{"asset id", 1.0}, time{"event time", 0.995}, id{"event id", 0.4};
  Coverage known{"a type other than OTHER", 0.65};
  Coverage pid{"process pid, of PROCESS", 0.9}, image{"process image, of PROCESS", 0.999};
  Coverage started{"a start or a bound of it, of PROCESS", 1.0};
  Coverage owner{"process pid, of NETWORK", 0.75}, remote{"remote address, of connections", 0.999};
  Coverage path{"file path, of FILE", 1.0}, key{"registry key, of REGISTRY", 1.0};
  size_t events = 0;
  size_t undecodable = 0;
  const FieldId remote_ip = Shipped().catalogue.Find("network.remote.address.ip");
  const FieldId registry_key = Shipped().catalogue.Find("registry.key");
  const FieldId action = Shipped().catalogue.Find("action");
  const auto count = [&](std::string_view line) {
    EXPECT_EQ(decoder.Decode(*plan, line), event::Reject::kNone);
    const event::Event& event = decoder.event();
    const auto has = [&event](Role role) { return event.First(role) != nullptr; };
    ++events;
    if (event.Has(event::Oddity::kUndecodable)) ++undecodable;
    asset.Count(has(Role::kAssetId));
    time.Count(has(Role::kEventTime));
    id.Count(has(Role::kEventId));
    known.Count(event.type() != EventType::kOther);
    switch (event.type()) {
      case EventType::kProcess:
        pid.Count(has(Role::kProcessPid));
        image.Count(has(Role::kProcessImage));
        started.Count(has(Role::kProcessStartedAt) || has(Role::kProcessStartedNotAfter));
        break;
      case EventType::kNetwork:
        owner.Count(has(Role::kProcessPid));
        if (!event.values(action).empty() && event.values(action)[0].text == "CONNECTED") {
          remote.Count(!event.values(remote_ip).empty());
        }
        break;
      case EventType::kFile:
        path.Count(has(Role::kFilePath));
        break;
      case EventType::kRegistry:
        key.Count(!event.values(registry_key).empty());
        break;
      default:
        break;
    }
    return true;
  };
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.find("nxlog-flat") != std::string::npos) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) test::ForEachLineOfZst(file, count);
  EXPECT_GT(events, 250'000u);
  std::printf("windows-nxlog on %zu events, %zu with a value that is not of its type:\n", events,
              undecodable);
  for (const Coverage& one :
       {asset, time, id, known, pid, image, started, owner, remote, path, key}) {
    const double share = static_cast<double>(one.with) / static_cast<double>(one.of);
    std::printf("  %-40s %7zu of %7zu  %.4f\n", std::string(one.name).c_str(), one.with, one.of,
                share);
    EXPECT_GE(share, one.floor) << one.name;
  }
}

}  // namespace
}  // namespace riposte::schema
