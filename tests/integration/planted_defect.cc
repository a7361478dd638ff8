// A library with a defect, to be preloaded: its conversion of text to numbers does not survive one
// number that an event may have. Stands for any defect in the code that reads events, which only
// some event shows.
#include <charconv>
#include <string_view>

#include <dlfcn.h>

namespace {

constexpr std::string_view kFatal = "666.125";
using FromChars = std::from_chars_result (*)(const char*, const char*, double&, std::chars_format);

}  // namespace

// Takes the place of the C++ library's function of the same name and calls it.
std::from_chars_result std::from_chars(const char* first, const char* last, double& value,
                                       std::chars_format format) noexcept {
  if (std::string_view(first, static_cast<size_t>(last - first)) == kFatal) {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  }
  static const FromChars real =
      reinterpret_cast<FromChars>(dlsym(RTLD_NEXT, "_ZSt10from_charsPKcS0_RdSt12chars_format"));
  return real(first, last, value, format);
}
