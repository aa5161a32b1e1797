package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the collection of a snapshot's parts. */
class ParticipantStateTest {
  private static final Participant WHO = Participant.node(new NodeId(7));
  private static final SnapshotRequest REQUEST = new SnapshotRequest(3, -9, 4);

  private final ParticipantState state = new ParticipantState(WHO);

  private static Snapshot part(long serial, int part, int parts) {
    return new Snapshot(WHO, 1, REQUEST, serial, 12, part, parts, List.of());
  }

  @BeforeEach
  void request() {
    state.requestSent(REQUEST, 0);
  }

  @Test
  void theLastPartBringsAllInTheirOrder() {
    assertThat(state.addSnapshotPart(part(1, 2, 3))).isNull();
    assertThat(state.addSnapshotPart(part(1, 0, 3))).isNull();
    assertThat(state.addSnapshotPart(part(1, 0, 3))).isNull();
    assertThat(state.addSnapshotPart(part(1, 1, 3)))
        .extracting(Snapshot::part)
        .containsExactly(0, 1, 2);
    assertThat(state.addSnapshotPart(part(1, 1, 3))).isNull();
  }

  @Test
  void aLaterSnapshotReplacesTheParts() {
    assertThat(state.addSnapshotPart(part(1, 0, 2))).isNull();
    assertThat(state.addSnapshotPart(part(2, 1, 2))).isNull();
    assertThat(state.addSnapshotPart(part(1, 1, 2))).isNull();
    assertThat(state.addSnapshotPart(part(2, 0, 2))).hasSize(2);
  }

  @Test
  void aClaimedNumberOfPartsTakesNoMemory() {
    assertThat(state.addSnapshotPart(part(1, 0, Integer.MAX_VALUE))).isNull();
    assertThat(state.addSnapshotPart(part(1, 5, 9))).isNull();
  }

  @Test
  void aPartOutsideItsSnapshotIsRefused() {
    assertThatThrownBy(() -> part(1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> part(1, -1, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> part(1, 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("snapshot of 2 parts");
  }
}
