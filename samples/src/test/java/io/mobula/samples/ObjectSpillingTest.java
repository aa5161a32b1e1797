package io.mobula.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Mobula;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectSpillingTest {
  private static final long CAPACITY = 16 << 20;

  @TempDir
  Path disk;

  @Test
  void fourTimesTheStoreComesBackAsItWas() {
    var settings = Mobula.settings().storeCapacity(CAPACITY).spillTo(disk);
    try (var runtime = Mobula.init(settings)) {
      var report = ObjectSpilling.run(runtime, 4 * CAPACITY, 1 << 20);
      assertThat(report.bytes()).isEqualTo(4 * CAPACITY);
      assertThat(report.spilledBytes()).isGreaterThanOrEqualTo(3 * CAPACITY);
      assertThat(runtime.storeUsage().spilledObjects()).isZero();
    }
    assertThat(disk).isEmptyDirectory();
  }
}
