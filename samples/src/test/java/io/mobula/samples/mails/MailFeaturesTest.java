package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MailFeaturesTest {
  @Test
  void givesAKeyForEachDifferentTokenInOrder() {
    long[] keys = keys("Subject: Money, money\n\nmoney for YOU and you a 2");
    assertThat(keys)
        .containsExactly(LongStream.of(
                MailFeatures.INTERCEPT,
                MailFeatures.key("subject:money"),
                MailFeatures.key("money"),
                MailFeatures.key("for"),
                MailFeatures.key("you"),
                MailFeatures.key("and"))
            .sorted()
            .toArray());
  }

  @Test
  void leavesOutWhatIsTooShortOrTooLong() {
    assertThat(keys("\na " + "b".repeat(25))).containsExactly(MailFeatures.INTERCEPT);
    assertThat(keys("\nab " + "b".repeat(24))).hasSize(3);
  }

  @Test
  void looksAtNoOtherField() {
    assertThat(keys("Received: by somebody\nTo: everybody\n\n")).hasSize(1);
    assertThat(keys("From: somebody\n\n")).contains(MailFeatures.key("from:somebody"));
  }

  @Test
  void hashesAsFnvDoes() {
    assertThat(FnvHash.hash("")).isEqualTo(0xcbf29ce484222325L);
    assertThat(FnvHash.hash("a")).isEqualTo(0xaf63dc4c8601ec8cL);
    assertThat(FnvHash.hash("foobar")).isEqualTo(0x85944171f73967e8L);
  }

  @Test
  void staysWithinTheKeysAndOffTheIntercept() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(MailFeatures.key("token" + i)).isBetween(1L, MailFeatures.KEYS - 1L);
    }
  }

  @Test
  void joinsTheKeysOfABatch() {
    var batch = SparseBatch.of(List.of(
        new MailExample("a", true, new long[] {0, 3, 9}),
        new MailExample("b", false, new long[] {0, 4})));
    assertThat(batch.count()).isEqualTo(2);
    assertThat(batch.keys()).containsExactly(0, 3, 4, 9);
    assertThat(batch.positions(0)).containsExactly(0, 1, 3);
    assertThat(batch.positions(1)).containsExactly(0, 2);
    assertThat(batch.spam(0)).isTrue();
    assertThat(batch.spam(1)).isFalse();
  }

  @Test
  void refusesKeysThatAreNoSet() {
    assertThatThrownBy(() -> new MailExample("a", true, new long[] {1, 1}))
        .hasMessageContaining("Mail a");
    assertThatThrownBy(() -> new MailExample("a", true, new long[] {2, 1}))
        .hasMessageContaining("1 after 2");
    assertThatThrownBy(() -> SparseBatch.of(List.of())).hasMessageContaining("without mails");
    assertThat(SortedKeys.sortedDistinct(Arrays.stream(new long[] {3, 1, 3, 1})))
        .containsExactly(1, 3);
  }

  private static long[] keys(String mail) {
    return MailFeatures.of(MimeEntity.parse(mail));
  }
}
