#include "tests/support/zst.h"

#include <memory>
#include <vector>

#include <zstd.h>

#include "base/check.h"
#include "tests/support/corpus.h"

namespace riposte::test {

void ForEachLineOfZst(const std::string& path, const std::function<bool(std::string_view)>& each) {
  const std::string packed = ReadFile(path);
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                   ZSTD_freeDCtx);
  // The recordings are packed with a window of 128 MiB.
  RIPOSTE_CHECK(ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, 27)) == 0,
                "zstd refuses a window of 128 MiB");
  ZSTD_inBuffer in{.src = packed.data(), .size = packed.size(), .pos = 0};
  std::vector<char> block(1u << 20);
  std::string pending;  // the beginning of a line
  bool full = true;     // the last block was: there may be more of what was read
  while (in.pos < in.size || full) {
    ZSTD_outBuffer out{.dst = block.data(), .size = block.size(), .pos = 0};
    const size_t result = ZSTD_decompressStream(context.get(), &out, &in);
    RIPOSTE_CHECK(ZSTD_isError(result) == 0, path + ": " + ZSTD_getErrorName(result));
    full = out.pos == out.size;
    std::string_view text(block.data(), out.pos);
    for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      pending += text.substr(0, end);
      if (!each(pending)) return;
      pending.clear();
      text.remove_prefix(end + 1);
    }
    pending += text;
  }
  if (!pending.empty()) each(pending);
}

}  // namespace riposte::test
