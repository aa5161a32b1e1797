package io.mobula.internal.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.names.NameMessage.NameEntry;
import org.junit.jupiter.api.Test;

class NameTableTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  private final NameTable table = new NameTable();

  private static NameEntry entry(NodeId owner, NodeId keeper) {
    return new NameEntry("hits", new ActorId(owner.incarnation(), 7), keeper, new byte[0]);
  }

  @Test
  void theFirstClaimWins() {
    var first = entry(A, A);
    assertThat(table.claim(first)).isSameAs(first);
    assertThat(table.claim(entry(B, B))).isSameAs(first);
    assertThat(table.find("hits")).isSameAs(first);
    assertThat(table.find("other")).isNull();
  }

  @Test
  void onlyItsActorGivesANameBack() {
    var first = entry(A, A);
    table.claim(first);
    table.release("hits", entry(B, B).actor());
    assertThat(table.find("hits")).isSameAs(first);
    table.release("hits", first.actor());
    assertThat(table.find("hits")).isNull();
  }

  @Test
  void aNameGoesWithTheLastNodeThatStandsForIt() {
    table.claim(entry(A, A));
    var host = entry(A, B);
    table.registerKeeper(host);
    table.left(A);
    assertThat(table.find("hits")).isSameAs(host);
    table.left(B);
    assertThat(table.find("hits")).isNull();
  }

  @Test
  void whatTheHostSaysIsToldBecauseItKnowsThePlace() {
    table.claim(entry(A, A));
    var host = entry(A, B);
    table.registerKeeper(host);
    table.registerKeeper(entry(A, A));
    assertThat(table.find("hits")).isSameAs(host);
  }

  @Test
  void aNodeThatStandsForANameCountsMoreThanAnOpenClaim() {
    table.claim(entry(B, B));
    var sure = entry(A, A);
    table.registerKeeper(sure);
    assertThat(table.find("hits")).isSameAs(sure);
    table.registerKeeper(entry(B, B));
    assertThat(table.find("hits")).isSameAs(sure);
  }
}
