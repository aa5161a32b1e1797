package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.PeerChannelInfo.FrameTotals;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private final Outbox outbox = new Outbox();

  @Test
  void countsWhatIsSentOnceAndWhatIsUnderwayUntilItIsAcknowledged() {
    outbox.add(new byte[10]);
    outbox.add(new byte[20]);
    assertThat(outbox.sent()).isEqualTo(new FrameTotals(0, 0));
    assertThat(outbox.underway()).isEqualTo(new FrameTotals(2, 30));

    sendAll();
    outbox.tick();
    assertThat(outbox.tick()).as("repeated").hasSize(2);
    assertThat(outbox.sent()).isEqualTo(new FrameTotals(2, 30));
    assertThat(outbox.underway()).isEqualTo(new FrameTotals(2, 30));

    outbox.acknowledged(1);
    assertThat(outbox.underway()).isEqualTo(new FrameTotals(1, 20));
    outbox.acknowledged(2);
    assertThat(outbox.underway()).isEqualTo(new FrameTotals(0, 0));
    assertThat(outbox.sent()).isEqualTo(new FrameTotals(2, 30));
  }

  @Test
  void whatWaitsBehindAFullWindowIsUnderwayAndNotSent() {
    for (int i = 0; i < Outbox.WINDOW + 5; i++) {
      outbox.add(new byte[1]);
    }
    sendAll();
    assertThat(outbox.sent()).isEqualTo(new FrameTotals(Outbox.WINDOW, Outbox.WINDOW));
    assertThat(outbox.underway()).isEqualTo(new FrameTotals(Outbox.WINDOW + 5, Outbox.WINDOW + 5));
  }

  private void sendAll() {
    while (outbox.next() != null) {
      // its number is of no interest here
    }
  }
}
