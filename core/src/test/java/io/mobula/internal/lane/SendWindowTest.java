package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.info.PeerChannelInfo.FrameTotals;
import org.junit.jupiter.api.Test;

class SendWindowTest {
  private final SendWindow sendWindow = new SendWindow();

  @Test
  void countsWhatIsSentOnceAndWhatIsUnderwayUntilItIsAcknowledged() {
    sendWindow.add(new byte[10]);
    sendWindow.add(new byte[20]);
    assertThat(sendWindow.sent()).isEqualTo(new FrameTotals(0, 0));
    assertThat(sendWindow.outstanding()).isEqualTo(new FrameTotals(2, 30));

    sendAll();
    sendWindow.tick();
    assertThat(sendWindow.tick()).as("repeated").hasSize(2);
    assertThat(sendWindow.sent()).isEqualTo(new FrameTotals(2, 30));
    assertThat(sendWindow.outstanding()).isEqualTo(new FrameTotals(2, 30));

    sendWindow.acknowledged(1);
    assertThat(sendWindow.outstanding()).isEqualTo(new FrameTotals(1, 20));
    sendWindow.acknowledged(2);
    assertThat(sendWindow.outstanding()).isEqualTo(new FrameTotals(0, 0));
    assertThat(sendWindow.sent()).isEqualTo(new FrameTotals(2, 30));
  }

  @Test
  void whatWaitsBehindAFullWindowIsUnderwayAndNotSent() {
    for (int i = 0; i < SendWindow.WINDOW + 5; i++) {
      sendWindow.add(new byte[1]);
    }
    sendAll();
    assertThat(sendWindow.sent()).isEqualTo(new FrameTotals(SendWindow.WINDOW, SendWindow.WINDOW));
    assertThat(sendWindow.outstanding())
        .isEqualTo(new FrameTotals(SendWindow.WINDOW + 5, SendWindow.WINDOW + 5));
  }

  private void sendAll() {
    while (sendWindow.next() != null) {
      // its number does not matter here
    }
  }
}
