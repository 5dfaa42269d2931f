// Which of oneDNN's block kernels this processor can run.
#include "Blocks.h"

#include <exception>

bool ctorch::has_half_blocks() {
    static const bool value = [] {
        const at::BFloat16 ones[] = {1, 1};
        float sum = 0;
        try {
            at::native::cpublas::brgemm(1, 1, 2, 2, 1, 1, /*add_C=*/false, ones, ones, &sum, /*is_vnni=*/true);
            at::native::cpublas::brgemm_release();
        } catch (const std::exception &) {
            return false;
        }
        return sum == 2;
    }();
    return value;
}
