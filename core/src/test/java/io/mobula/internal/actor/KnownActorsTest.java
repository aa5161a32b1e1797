package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of what a process knows of the owners of actors, and of the actors that it hosts. */
class KnownActorsTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId MAKER = new NodeId(2);
  private static final NodeId SUCCESSOR = new NodeId(3);
  private static final ActorId ACTOR = new ActorId(MAKER.incarnation(), 7);

  private final KnownActors known = new KnownActors(SELF);

  private void host(ActorAddress address) {
    known.hosted().put(ACTOR, new HostedActor(null, address, null, Map.of()));
  }

  @Test
  void theMakerOwnsAnActorUntilASuccessorHasTakenItOver() {
    assertThat(known.ownerOf(ACTOR)).isEqualTo(MAKER);
    known.setOwner(ACTOR, SUCCESSOR);
    assertThat(known.ownerOf(ACTOR)).isEqualTo(SUCCESSOR);
    assertThat(known.ownerOf(new ActorId(MAKER.incarnation(), 8))).isEqualTo(MAKER);
  }

  @Test
  void theNewOwnerIsKnownForAsLongAsThisProcessHasAPart() {
    known.setOwner(ACTOR, SUCCESSOR);
    host(new ActorAddress(SELF, 1));
    known.forgetOwner(ACTOR);
    assertThat(known.ownerOf(ACTOR)).isEqualTo(SUCCESSOR);
    known.hosted().clear();
    known.forgetOwner(ACTOR);
    assertThat(known.ownerOf(ACTOR)).isEqualTo(MAKER);
  }

  @Test
  void nothingIsFoundThatIsNotHere() {
    assertThat(known.cell(ACTOR)).isNull();
    assertThat(known.client(ACTOR)).isNull();
    assertThat(known.owner(ACTOR)).isNull();
    assertThat(known.cellAt(new ActorAddress(SELF, 1), ACTOR)).isNull();
  }
}
