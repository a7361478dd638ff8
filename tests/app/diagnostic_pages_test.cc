#include "app/diagnostic_pages.h"

#include <gtest/gtest.h>

namespace riposte::app {
namespace {

TEST(DiagnosticPages, EachCodeHasOne) {
  ASSERT_GT(DiagnosticPages().size(), 100u);
  for (size_t i = 0; i < DiagnosticPages().size(); ++i) {
    const DiagnosticPage& page = DiagnosticPages()[i];
    EXPECT_EQ(FindDiagnosticPage(page.code), &page) << page.code;
    EXPECT_FALSE(page.sentence.empty()) << page.code;
    EXPECT_FALSE(page.markdown.empty()) << page.code;
    EXPECT_EQ(page.markdown.find("\n## "), std::string_view::npos) << page.code;
  }
  EXPECT_EQ(FindDiagnosticPage("none"), nullptr);
  EXPECT_EQ(FindDiagnosticPage("zzz"), nullptr);
}

TEST(DiagnosticPages, TheSentenceSaysWhatIsWrong) {
  EXPECT_EQ(FindDiagnosticPage("unknown-token")->sentence,
            "No loaded profile has a token of this name");
  EXPECT_EQ(FindDiagnosticPage("repeated-tag")->sentence, "A tag is there twice");
}

}  // namespace
}  // namespace riposte::app
