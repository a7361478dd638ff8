#include "tests/support/query_catalogue.h"

#include <utility>

namespace riposte::test {

using schema::FieldType;

schema::FieldId AddToken(schema::Catalogue& catalogue, std::string_view name, FieldType type,
                         std::vector<std::string> values) {
  schema::Token token;
  token.name = std::string(name);
  token.type = type;
  token.values = std::move(values);
  return catalogue.Add(std::move(token));
}

schema::Catalogue QueryCatalogue() {
  schema::Catalogue catalogue;
  AddToken(catalogue, "type", FieldType::kKeyword,
           {"FILE", "PROCESS", "NETWORK", "MUTEX", "REGISTRY"});
  for (const std::string_view name :
       {"action", "event.id", "event.source", "asset.id", "asset.platform", "process.username",
        "process.hash.sha256", "file.hash.sha256", "file.hash.md5", "network.protocol",
        "file.extension", "incident.source", "host.sensorUid", "containerSha",
        "vulnerabilities.typeDetected", "vulnerabilities.vulnerability.criticality"}) {
    AddToken(catalogue, name, FieldType::kKeyword);
  }
  for (const std::string_view name : {"asset.name",
                                      "asset.hostName",
                                      "asset.tags.name",
                                      "process.name",
                                      "process.arguments",
                                      "process.image.fullPath",
                                      "process.originalfilename",
                                      "parent.name",
                                      "file.name",
                                      "file.fullPath",
                                      "file.path",
                                      "network.remote.address.fqdn",
                                      "handle.name",
                                      "registry.key",
                                      "registry.data",
                                      "profiles.name",
                                      "operatingSystem",
                                      "tags.name",
                                      "hardware",
                                      "vulnerabilities.vulnerability.title",
                                      "software.name",
                                      "software.version",
                                      "inventory.source",
                                      "certificate.expiryGroup"}) {
    AddToken(catalogue, name, FieldType::kText);
  }
  for (const std::string_view name :
       {"event.dateTime", "event.eventprocesstime", "process.startTime", "asset.timestamp",
        "incident.detectedon", "dateTime", "asset.lastBoot", "auditLogs.performed"}) {
    AddToken(catalogue, name, FieldType::kDate);
  }
  for (const std::string_view name : {"process.pid", "network.remote.address.port",
                                      "openPorts.port", "traffic.total", "asset.cpuCount"}) {
    AddToken(catalogue, name, FieldType::kNumber);
  }
  for (const std::string_view name :
       {"network.local.address.ip", "network.remote.address.ip", "interfaces.address"}) {
    AddToken(catalogue, name, FieldType::kIp);
  }
  AddToken(catalogue, "process.elevated", FieldType::kBool);
  AddToken(catalogue, "vulnerabilities.vulnerability.patchAvailable", FieldType::kBool);
  AddToken(catalogue, "indicator", FieldType::kObject);
  AddToken(catalogue, "indicator.score", FieldType::kNumber);
  AddToken(catalogue, "indicator.verdict", FieldType::kKeyword,
           {"KNOWN", "UNKNOWN", "SUSPICIOUS", "MALICIOUS", "REMEDIATED"});
  AddToken(catalogue, "indicator.threatName", FieldType::kText);
  AddToken(catalogue, "indicator.source", FieldType::kObject);
  AddToken(catalogue, "indicator.source.name", FieldType::kText);
  AddToken(catalogue, "indicator.source.seen", FieldType::kDate);
  AddToken(catalogue, "asset", FieldType::kObject);
  AddToken(catalogue, "software", FieldType::kObject);
  AddToken(catalogue, "certificate", FieldType::kObject);
  AddToken(catalogue, "vulnerabilities.vulnerability", FieldType::kObject);
  return catalogue;
}

}  // namespace riposte::test
