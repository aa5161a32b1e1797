package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectId;
import io.mobula.spi.Lineage;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineageBudgetTest {
  private final LineageBudget budget = new LineageBudget(10);

  private static ObjectRecord record(int index) {
    return new ObjectRecord(new ObjectId(1, 2, index), 0);
  }

  private static Lineage lineage(int bytes) {
    return new Lineage(new byte[bytes], List.of());
  }

  @Test
  void keepsLineageUpToItsLimit() {
    var first = record(1);
    var second = record(2);
    budget.keep(first, lineage(10));
    budget.keep(second, lineage(1));
    assertThat(first.lineage).isNotNull();
    assertThat(first.lineageDropped).isFalse();
    assertThat(second.lineage).isNull();
    assertThat(second.lineageDropped).isTrue();
    assertThat(budget.droppedCount()).isEqualTo(1);
  }

  @Test
  void countsARecordOnceHoweverOftenItIsRefused() {
    budget.keep(record(1), lineage(10));
    var refused = record(2);
    budget.keep(refused, lineage(1));
    budget.keep(refused, lineage(1));
    assertThat(budget.droppedCount()).isEqualTo(1);
  }

  @Test
  void keepsTheFirstLineageOfARecord() {
    var record = record(1);
    var first = lineage(6);
    budget.keep(record, first);
    budget.keep(record, lineage(6));
    assertThat(record.lineage).isSameAs(first);
    assertThat(budget.droppedCount()).isZero();
    var other = record(2);
    budget.keep(other, lineage(4));
    assertThat(other.lineage).isNotNull();
  }

  @Test
  void aRemovedRecordMakesRoom() {
    var removed = record(1);
    budget.keep(removed, lineage(10));
    budget.release(removed);
    budget.release(record(3));
    var refusedBefore = record(2);
    refusedBefore.lineageDropped = true;
    budget.keep(refusedBefore, lineage(10));
    assertThat(refusedBefore.lineage).isNotNull();
    assertThat(refusedBefore.lineageDropped).isFalse();
  }
}
