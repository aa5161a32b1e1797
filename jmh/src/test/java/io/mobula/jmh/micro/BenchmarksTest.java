package io.mobula.jmh.micro;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Smoke test that runs every benchmark once, whatever its speed. */
class BenchmarksTest {
  @Test
  void runsEveryBenchmarkOnceWithoutFailing() throws Exception {
    var options = new OptionsBuilder()
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(1))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT)
        .build();

    var results = new Runner(options).run();

    assertThat(results)
        .extracting(
            result -> result.getParams().getBenchmark().replaceAll(".*\\.(\\w+)\\.\\w+$", "$1"))
        .contains(
            "ResourcesBenchmark",
            "ResourceBalanceBenchmark",
            "BlockAllocatorBenchmark",
            "SharedStoreBenchmark",
            "CodecBenchmark",
            "SubmitBenchmark");
  }
}
