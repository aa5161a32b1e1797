package io.mobula.internal.node;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.info.PeerChannelInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Maker of this node's report from its ledger, engines and placement groups. Thread-safe. */
final class LocalReport implements Supplier<CompletionStage<NodeReport>> {
  private final LocalParts local;
  private final WorkEngines engines;
  private final Supplier<List<WaitingWork>> unplaced;
  private final Supplier<List<PeerChannelInfo>> channels;

  /**
   * Creates the maker of reports.
   *
   * @param unplaced returns what waits at no ledger
   * @param channels returns the traffic to other processes
   */
  LocalReport(
      LocalParts local,
      WorkEngines engines,
      Supplier<List<WaitingWork>> unplaced,
      Supplier<List<PeerChannelInfo>> channels) {
    this.local = local;
    this.engines = engines;
    this.unplaced = unplaced;
    this.channels = channels;
  }

  /** Asks the ledgers of the node and its bundles for a report. */
  @Override
  public CompletionStage<NodeReport> get() {
    var ledger = local.ledger();
    return ledger
        .report(local.system())
        .thenCombine(local.groups().waiting(), (report, inGroups) -> {
          var all = new ArrayList<>(engines.tasks().waiting());
          all.addAll(engines.actors().waiting());
          all.addAll(unplaced.get());
          all.addAll(report.waiting());
          all.addAll(inGroups);
          return new NodeReport(
              ledger.total(), report.available(), List.copyOf(all), channels.get());
        });
  }
}
