package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SegmentPretoucherTest {

  @Test
  void goesOnAfterMemoryThatCannotBeRead() throws InterruptedException {
    var pretoucher = new SegmentPretoucher();
    var touched = new CountDownLatch(1);
    pretoucher.start("test", () -> {});
    try {
      pretoucher.touch(offset -> {
        throw new InternalError("a fault occurred in an unsafe memory access operation");
      });
      pretoucher.touch(offset -> {
        touched.countDown();
        return false;
      });
      assertThat(touched.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      pretoucher.close();
    }
  }
}
