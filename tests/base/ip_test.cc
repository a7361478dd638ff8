#include "base/ip.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(IpAddress, Parses) {
  EXPECT_EQ(IpAddress::Parse("10.1.2.3")->ToString(), "10.1.2.3");
  EXPECT_EQ(IpAddress::Parse("fe80:0:0:0:3b31:a8fa:5adc:7b9e")->ToString(),
            "fe80::3b31:a8fa:5adc:7b9e");
  EXPECT_EQ(IpAddress::Parse("fe80::1%eth0"), IpAddress::Parse("fe80::1"));
  EXPECT_EQ(IpAddress::Parse("::ffff:10.1.2.3"), IpAddress::Parse("10.1.2.3"));
  for (const char* bad :
       {"", "10.1.2", "10.1.2.3.4", "256.1.1.1", "10.01.2.3", "10.1.2.3%eth0", ":::", "g::1",
        "localhost", "10.1.2.3/8", "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"})
    EXPECT_FALSE(IpAddress::Parse(bad)) << bad;
  EXPECT_FALSE(IpAddress::Parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(IpRange, CidrBoundaries) {
  const IpRange ten = *IpRange::ParseCidr("10.1.2.3/8");
  EXPECT_EQ(ten.first.ToString(), "10.0.0.0");
  EXPECT_EQ(ten.last.ToString(), "10.255.255.255");
  EXPECT_FALSE(ten.Contains(*IpAddress::Parse("9.255.255.255")));
  EXPECT_TRUE(ten.Contains(*IpAddress::Parse("10.0.0.0")));
  EXPECT_TRUE(ten.Contains(*IpAddress::Parse("10.255.255.255")));
  EXPECT_FALSE(ten.Contains(*IpAddress::Parse("11.0.0.0")));
  EXPECT_FALSE(ten.Contains(*IpAddress::Parse("fe80::1")));
}

TEST(IpRange, PrintsWhatIsOneBlock) {
  for (const char* block : {"10.0.0.0/8", "0.0.0.0/0", "192.168.1.1/32", "2001:db8::/32", "::/0",
                            "fe80::1/128", "172.16.0.0/12"})
    EXPECT_EQ(IpRange::ParseCidr(block)->ToCidr(), block);
  const IpRange odd{*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("10.0.0.2")};
  EXPECT_FALSE(odd.ToCidr());
}

TEST(IpRange, RefusesMalformedBlocks) {
  for (const char* bad : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "/8",
                          "10.0.0.0/8 ", "10.0.0.0/0008"})
    EXPECT_FALSE(IpRange::ParseCidr(bad)) << bad;
}

}  // namespace
}  // namespace riposte
