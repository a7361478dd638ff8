// Processor time, for measurements.
#pragma once

namespace riposte {

// What the calling thread has used.
double ThreadCpuSeconds();

}  // namespace riposte
