package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Table of groups that hears of a group in one thread while its creation fails in another. */
public class GroupTableLincheckTest {

  /**
   * One group of this process, whose creation goes on at first. At rest the table does not know a
   * group whose creation has failed: nobody would remove it.
   */
  public static class OneCreation {
    private static final NodeId SELF = new NodeId(1);
    private static final GroupSpec SPEC = new GroupSpec(
        new PlacementGroupId(SELF.incarnation(), 7),
        null,
        PlacementStrategy.PACK,
        List.of(Resources.none().cpus(1).asUnits()),
        SELF,
        false);

    private final GroupTable table = new GroupTable(SELF, node -> true);
    private final AtomicInteger versions = new AtomicInteger();
    private volatile boolean failed;

    /** Makes a table that knows of the creation. */
    public OneCreation() {
      table.addUnready(SPEC);
    }

    /** Stores a status that the scheduler has told. */
    @Operation
    public void tell() {
      table.put(new GroupStatus(
          new GroupStatus.Version(1, versions.incrementAndGet()),
          new BundleAssignment(SPEC, 1, List.of(SELF.incarnation())),
          true,
          true,
          ""));
    }

    /** Has the creation fail for its caller. */
    @Operation
    public void fail() {
      table.removeUnready(SPEC.id());
      failed = true;
    }

    /** Checks the table when all threads are done. */
    @Validate
    public void noOrphanIsKnown() {
      if (failed && table.find(SPEC.id()) != null) {
        throw new IllegalStateException("a group without a handle is known, and not removed");
      }
    }
  }

  @Tag("lincheck")
  @Test
  void aStatusThatArrivesWhileACreationFailsLeavesNoGroupBehind() {
    new ModelCheckingOptions()
        .iterations(3)
        .invocationsPerIteration(300)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .check(OneCreation.class);
  }
}
