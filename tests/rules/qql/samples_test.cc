// The published sample queries: each parses, or is refused for a reason that we know.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rules/qql/parse.h"
#include "rules/query/print.h"
#include "tests/support/query_catalogue.h"

namespace riposte::qql {
namespace {

struct Sample {
  int number;  // in the collection of samples
  std::string query;
  std::string refused;  // the code of the only error; empty: it parses
};

const std::vector<Sample>& Samples() {
  static const std::vector<Sample> samples = {
      {1,
       R"(event.datetime:["2024-09-15T00:30:00.000Z".."2024-09-22T18:29:59.999Z"] AND action: 'Created')",
       ""},
      {2, "type:file", ""},
      {3,
       R"(event.dateTime:["2024-09-15T00:30:00.000Z" .. "now"] and (type:'file' or type:'process') and indicator.score >=5)",
       ""},
      {4,
       "(event.datetime:['1999-01-01T00:00:00Z'..'2024-01-01T00:00:00Z']) AND (file.name: x.exe)",
       ""},
      {5,
       R"(incident.detectedon: ["2024-09-11T07:28:48.283Z" .. "2024-09-13T07:28:48.283Z"] AND incident.source: 'EDR')",
       ""},
      {6,
       R"(asset.timestamp: ["2024-07-08T12:01:12.012+0000" .. "2024-08-09T12:01:12.012+0000"] and asset.platform: 'Windows')",
       ""},
      {7, R"(file.hash.sha256: "deadbeef")", ""},
      {8, R"(file.hash.md5: "1577e6455a5d19413c9e0c7726983e8c")", ""},
      {9, R"(file.name: "danger.exe")", ""},
      {10, R"(file.fullPath: "\path\to\danger.exe")", ""},
      {11, R"(network.local.address.ip: "1.2.3.4" or network.remote.address.ip: "1.2.3.4")", ""},
      {12, R"(network.remote.address.fqdn: "danger.com")", ""},
      {13, R"(handle.name: "danger")", ""},
      {14,
       R"(((process.image.fullPath:"*\wmic.exe" OR process.originalfilename:"wmic.exe" OR process.name:"*wmic.exe*") AND (process.arguments:"*group*" AND process.arguments:"*get*" AND process.arguments:"*name*")))",
       ""},
      {15, "dateTime:['2019-02-25T18:30:00.000Z'..'2019-02-26T18:29:59.999Z'] AND action: 'Create'",
       ""},
      {16, "profiles.name: Windows Profile - PCI(NJJ)", ""},
      {17, "openPorts.port:(123 .. 1234)", ""},
      {18, "openPorts.port:[123 .. 1234]", ""},
      {19, R"(operatingSystem: "Windows 7")", ""},
      {20, "host.sensorUid: `cbcb5ef6-1c49-3ba0-91c1-5462ffbd26af`", ""},
      {21, "traffic.total > 10 MB",
       "bad-number"},  // no units: no field of ours is counted in bytes
      {22, "traffic.total = 1048576", ""},
      {23, "traffic.total < 10 GB", "bad-number"},
      {24, "vulnerabilities.typeDetected:[Confirmed, Potential]", ""},
      {25, "NOT tags.name: Windows", ""},
      {26, "not inventory.source: `Passive Sensor`", ""},
      {27, "vulnerabilities.vulnerability.criticality:[`CRITICAL`,`HIGH`]", ""},
      {28, "asset.name: Car Assembly", ""},
      {29, "vulnerabilities.vulnerability: (title: `Remote Code` AND patchAvailable: \"true\")",
       ""},
      {30, R"(vulnerabilities.vulnerability.title: "Remote Code")", ""},
      {31,
       "tags.name:`Cloud Agent` and software: (name:`Cisco AnyConnect Secure Mobility Client` "
       "and version:`3.1.12345`)",
       ""},
      {32, "tags.name:Cloud Agent or tags.name:Windows", ""},
      {33, "asset: (lastBoot: '2018-10-10' AND cpuCount: 2)", ""},
      {34,
       R"((operatingSystem: "Windows 7 SP2 Enterprise" OR operatingSystem: "Windows 2002") AND (hardware: "Dell Latitude e7470" OR hardware: "Dell Inspiron") AND NOT asset.lastBoot <= "2018-11-01")",
       ""},
      {35, "auditLogs.performed: [2017-06-01 ... now-3M]", ""},
      {36, "auditLogs.performed: [now-2w ... now-1s]", ""},
      {37, "auditLogs.performed:'2018-01-22'", ""},
      {38, "operatingSystem: win*", ""},
      {39, "interfaces.address: 10.10.10.10", ""},
      {40, "software.version: 2.1.7", ""},
      {41, R"(certificate(expiryGroup: "In 30 days"))", "missing-colon"},
      {42,
       "action:ALLOW AND "
       "containerSha:dc58cab81c9a1edb8cd39d34a8a61942c56dc1d4ad27668684be4169d4f0cec5",
       ""},
  };
  return samples;
}

TEST(Samples, EachParsesOrIsRefusedKnowingly) {
  const schema::Catalogue catalogue = test::QueryCatalogue();
  for (const Sample& sample : Samples()) {
    SCOPED_TRACE(std::to_string(sample.number) + ": " + sample.query);
    text::Diagnostics diagnostics;
    const text::Fragment query(std::make_shared<const text::Source>("sample", sample.query));
    const std::optional<query::Expression> parsed = Parse(query, catalogue, diagnostics);
    EXPECT_EQ(parsed.has_value(), sample.refused.empty()) << text::Render(diagnostics);
    if (sample.refused.empty()) {
      EXPECT_TRUE(diagnostics.all().empty()) << text::Render(diagnostics);
    } else {
      ASSERT_EQ(diagnostics.all().size(), 1u) << text::Render(diagnostics);
      EXPECT_EQ(diagnostics.all().front().code, sample.refused);
    }
  }
}

}  // namespace
}  // namespace riposte::qql
