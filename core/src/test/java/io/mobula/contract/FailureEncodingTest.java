package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.TaskFailedException;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Test of when and how a failure is encoded for other processes. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailureEncodingTest {
  private static final AtomicInteger WRITTEN = new AtomicInteger();
  private static final AtomicInteger FAILURES = new AtomicInteger();

  private MobulaRuntime runtime;

  /** Exception that counts how often it is encoded. */
  static final class WriteCountingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private void writeObject(ObjectOutputStream out) throws IOException {
      WRITTEN.incrementAndGet();
      out.defaultWriteObject();
    }
  }

  static int failsAtFirst() {
    if (FAILURES.getAndDecrement() > 0) {
      throw new WriteCountingException();
    }
    return 1;
  }

  @BeforeAll
  void open() {
    runtime = Mobula.init(Mobula.settings().listen(0).cpus(2).storeCapacity(16 << 20));
  }

  @AfterAll
  void close() {
    runtime.close();
  }

  private int run(int failures) {
    FAILURES.set(failures);
    WRITTEN.set(0);
    return runtime
        .task(FailureEncodingTest::failsAtFirst)
        .maxRetries(3)
        .retryOn(WriteCountingException.class)
        .backoff(Duration.ofMillis(1))
        .remote()
        .get();
  }

  @Test
  void anAttemptThatIsMadeAgainIsNotWritten() {
    assertThat(run(3)).isEqualTo(1);
    assertThat(WRITTEN).hasValue(0);
  }

  @Test
  void theLastOneIsWrittenOnce() {
    assertThatThrownBy(() -> run(4))
        .isInstanceOf(TaskFailedException.class)
        .hasCauseInstanceOf(WriteCountingException.class);
    assertThat(WRITTEN).hasValue(1);
  }
}
