package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.TaskFailedException;
import io.mobula.testkit.PollingAssert;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Data of a program may be larger than an Akka message, between nodes without a ring: it arrives,
 * and other calls between the two nodes continue.
 */
@Timeout(180)
@Tag("long")
class LargeMessagesIT {
  /** Number of refs in one value whose statement to the directory takes 1.3 MB. */
  private static final int REFS = 40_000;

  private static final int CHARACTERS = 5_000_000;

  private static MobulaRuntime node;
  private static MobulaRuntime driver;

  private static Settings settings() {
    return ClusterTestSupport.settings()
        .set("mobula.lanes.shared-memory", "off")
        .set("mobula.store.share-host", "false");
  }

  @BeforeAll
  static void open() {
    node = Mobula.init(settings().cpus(2).listen(0));
    driver = Mobula.connect(node.nodes().getFirst().address(), settings());
  }

  @AfterAll
  static void close() {
    driver.close();
    node.close();
  }

  private static void othersGoOn() {
    for (int i = 0; i < 10; i++) {
      assertThat(driver.task((Integer x) -> x + 1, i).remote().get(ClusterTestSupport.LIMIT))
          .isEqualTo(i + 1);
    }
  }

  private static int fail(int characters) {
    throw new IllegalStateException("x".repeat(characters));
  }

  @Test
  void theMessageOfAnExceptionArrivesWhole() {
    var failing = driver.task(LargeMessagesIT::fail, CHARACTERS).remote();
    othersGoOn();
    assertThatThrownBy(() -> failing.get(ClusterTestSupport.LIMIT))
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .satisfies(cause -> assertThat(cause.getMessage()).hasSize(CHARACTERS));
    othersGoOn();
  }

  private static List<ObjectRef<Integer>> refs(MobulaRuntime of, int count) {
    return IntStream.range(0, count).mapToObj(of::put).toList();
  }

  private static int sumOfEnds(List<ObjectRef<Integer>> refs) {
    return refs.getFirst().get() + refs.getLast().get() + refs.size();
  }

  @Test
  void anArgumentWithVeryManyRefsArrives() {
    var refs = refs(driver, REFS);
    var sum = driver.task(LargeMessagesIT::sumOfEnds, refs).remote();
    othersGoOn();
    assertThat(sum.get(ClusterTestSupport.LIMIT)).isEqualTo(2 * REFS - 1);
    refs.forEach(ObjectRef::close);
    othersGoOn();
  }

  @Test
  void aValueWithVeryManyRefsIsReadAndFreed() throws Exception {
    var value =
        driver.task((Integer count) -> refs(Mobula.runtime(), count), REFS).remote();
    othersGoOn();
    var refs = value.get(ClusterTestSupport.LIMIT.multipliedBy(2));
    assertThat(refs).hasSize(REFS);
    assertThat(refs.getLast().get(ClusterTestSupport.LIMIT)).isEqualTo(REFS - 1);
    refs.forEach(ObjectRef::close);
    value.close();
    PollingAssert.until(
        () -> "freed, but there are " + node.storeUsage() + " and " + driver.storeUsage(),
        () -> node.storeUsage().usedBytes() == 0 && driver.storeUsage().usedBytes() == 0);
    othersGoOn();
  }
}
