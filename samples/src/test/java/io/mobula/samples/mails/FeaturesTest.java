package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FeaturesTest {
  @Test
  void givesAKeyForEachDifferentTokenInOrder() {
    long[] keys = keys("Subject: Money, money\n\nmoney for YOU and you a 2");
    assertThat(keys)
        .containsExactly(LongStream.of(
                Features.INTERCEPT,
                Features.key("subject:money"),
                Features.key("money"),
                Features.key("for"),
                Features.key("you"),
                Features.key("and"))
            .sorted()
            .toArray());
  }

  @Test
  void leavesOutWhatIsTooShortOrTooLong() {
    assertThat(keys("\na " + "b".repeat(25))).containsExactly(Features.INTERCEPT);
    assertThat(keys("\nab " + "b".repeat(24))).hasSize(3);
  }

  @Test
  void looksAtNoOtherField() {
    assertThat(keys("Received: by somebody\nTo: everybody\n\n")).hasSize(1);
    assertThat(keys("From: somebody\n\n")).contains(Features.key("from:somebody"));
  }

  @Test
  void hashesAsFnvDoes() {
    assertThat(Fnv.hash("")).isEqualTo(0xcbf29ce484222325L);
    assertThat(Fnv.hash("a")).isEqualTo(0xaf63dc4c8601ec8cL);
    assertThat(Fnv.hash("foobar")).isEqualTo(0x85944171f73967e8L);
  }

  @Test
  void staysWithinTheKeysAndOffTheIntercept() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(Features.key("token" + i)).isBetween(1L, Features.KEYS - 1L);
    }
  }

  @Test
  void joinsTheKeysOfABatch() {
    var batch = SparseBatch.of(List.of(
        new Mail("a", true, new long[] {0, 3, 9}), new Mail("b", false, new long[] {0, 4})));
    assertThat(batch.count()).isEqualTo(2);
    assertThat(batch.keys()).containsExactly(0, 3, 4, 9);
    assertThat(batch.places(0)).containsExactly(0, 1, 3);
    assertThat(batch.places(1)).containsExactly(0, 2);
    assertThat(batch.spam(0)).isTrue();
    assertThat(batch.spam(1)).isFalse();
  }

  @Test
  void refusesKeysThatAreNoSet() {
    assertThatThrownBy(() -> new Mail("a", true, new long[] {1, 1})).hasMessageContaining("Mail a");
    assertThatThrownBy(() -> new Mail("a", true, new long[] {2, 1}))
        .hasMessageContaining("1 after 2");
    assertThatThrownBy(() -> SparseBatch.of(List.of())).hasMessageContaining("without mails");
    assertThat(Keys.set(Arrays.stream(new long[] {3, 1, 3, 1}))).containsExactly(1, 3);
  }

  private static long[] keys(String mail) {
    return Features.of(Entity.parse(mail));
  }
}
