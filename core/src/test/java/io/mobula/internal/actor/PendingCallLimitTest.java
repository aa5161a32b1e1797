package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorId;
import io.mobula.error.PendingCallsExceededException;
import org.junit.jupiter.api.Test;

/** Test of the count of unanswered calls and its limit. */
class PendingCallLimitTest {
  private final PendingCallLimit limit = new PendingCallLimit(
      new ActorDescriptor(new ActorId(1, 2), "Counter", null, false, false, false, 2, 0));

  @Test
  void aCallAboveTheLimitIsRefusedAndNotCounted() {
    limit.admit();
    assertThat(limit.isReached()).isFalse();
    limit.admit();
    assertThat(limit.isReached()).isTrue();
    assertThatThrownBy(limit::admit)
        .isInstanceOf(PendingCallsExceededException.class)
        .hasMessageContaining("actor Counter")
        .hasMessageContaining("2 unanswered calls");
    assertThat(limit.pending()).isEqualTo(2);
    limit.remove();
    limit.admit();
    assertThat(limit.pending()).isEqualTo(2);
  }

  @Test
  void aCallThatWasAdmittedElsewhereCountsWhateverTheLimitIs() {
    limit.add();
    limit.add();
    limit.add();
    assertThat(limit.pending()).isEqualTo(3);
    limit.remove();
    assertThatThrownBy(limit::admit).isInstanceOf(PendingCallsExceededException.class);
  }
}
