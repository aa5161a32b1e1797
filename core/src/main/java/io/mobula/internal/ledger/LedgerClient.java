package io.mobula.internal.ledger;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.Resources;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.DeviceView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A node's resource ledger as others see it: asks and tells, all from any thread, none blocking.
 */
public final class LedgerClient implements Lease.LeaseAccounting {
  private static final Duration REPORT_LIMIT = Duration.ofSeconds(5);

  private final List<DeviceView> devices;
  private final Resources everything; // be it ill or not
  private final Resources most;
  private final ActorRef<ResourceLedger.Command> actor;
  private volatile Resources total;
  private volatile Resources possible = Resources.none();

  /**
   * What is free, and what waits.
   *
   * @param available what is free
   * @param waiting who waits for what, at most a thousand, oldest first
   * @param devices the accelerators, ill or not
   */
  public record LedgerReport(
      Resources available, List<WaitingWork> waiting, List<DeviceView> devices) {}

  /**
   * The balance at a moment.
   *
   * @param total what there is that is not ill
   * @param available what is free
   * @param devices the accelerators, ill or not
   * @param queued how many requests wait
   */
  public record BalanceSnapshot(
      Resources total, Resources available, List<DeviceView> devices, int queued) {}

  private LedgerClient(Resources total, List<DeviceShare> devices, Spawner spawner, String name) {
    var all = new ResourceBalance(total, devices);
    this.devices = all.devices();
    this.total = all.total();
    this.everything = total.withUnits(
        Resources.GPU, devices.stream().mapToLong(DeviceShare::units).sum());
    this.most = this.total.withUnits(Resources.GPU, everything.units(Resources.GPU));
    this.actor = spawner.spawn(ResourceLedger.create(total, devices, this), name);
  }

  /** Starts the ledger's actor, with as many accelerators as the total says. */
  public static LedgerClient start(Resources total, Spawner spawner) {
    return start(total, DeviceShare.declared(total.units(Resources.GPU)), spawner);
  }

  /** Starts the ledger's actor, with these accelerators whatever the total says. */
  public static LedgerClient start(Resources total, List<DeviceShare> devices, Spawner spawner) {
    return new LedgerClient(total, devices, spawner, "ledger");
  }

  /** Starts the actor of a ledger of what a lease holds, which the caller keeps until it closes. */
  public static LedgerClient within(Lease lease, Spawner spawner, String name) {
    return new LedgerClient(lease.resources(), lease.shares(), spawner, name);
  }

  /** Starts an actor under a name. */
  public interface Spawner {
    /** Starts it and returns at once. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
  }

  /** Everything the node has that is not ill. */
  public Resources total() {
    return total;
  }

  /** The most it can ever have, be it ill or not; accelerators by number alone. */
  public Resources maximum() {
    return most;
  }

  void setTotal(Resources now) {
    total = now;
  }

  /** The balance before anything was granted. */
  public BalanceSnapshot unused() {
    return new BalanceSnapshot(total, total, devices, 0);
  }

  /**
   * Refuses what this node can never hold.
   *
   * @param what names who asks
   */
  public void requireSchedulable(Resources wanted, Supplier<String> what) {
    if (wanted.equals(possible)) {
      return; // most callers ask for the same again and again
    }
    wanted.asUnits().forEach((name, units) -> {
      if (!DeviceRequirement.isDeviceResource(name) && everything.units(name) < units) {
        throw impossible(wanted, name, what);
      }
    });
    var need = DeviceRequirement.of(wanted);
    if (!need.canEverFit(healthy(devices))) {
      throw impossible(wanted, need.kinds().isEmpty() ? "GPU" : "of those accelerators", what);
    }
    possible = wanted;
  }

  /** What is ill today may be healthy tomorrow. */
  private static List<DeviceView> healthy(List<DeviceView> devices) {
    return devices.stream()
        .map(each -> new DeviceView(
            each.index(), each.uuid(), each.model(), each.memoryBytes(), each.total(), 0, ""))
        .toList();
  }

  private UnschedulableException impossible(Resources wanted, String name, Supplier<String> what) {
    return new UnschedulableException(
        what.get() + " asks for " + wanted + ", but the only node has " + everything
            + DeviceRequirement.describeModels(devices) + ". Ask for less " + name
            + ", or declare more in the settings.");
  }

  /** Wants a lease; the requester hears of it. */
  public void acquire(LeaseRequester requester) {
    actor.tell(new ResourceLedger.Acquire(requester));
  }

  /**
   * Wants a lease for each of these, now or not at all; nothing is set aside, and nobody who waits
   * is overtaken.
   *
   * @param answer hears on the ledger's thread whether all have been granted, after they have
   */
  public void acquireNow(List<? extends LeaseRequester> requesters, Consumer<Boolean> answer) {
    actor.tell(new ResourceLedger.AcquireNow(List.copyOf(requesters), answer));
  }

  /**
   * Grants nothing more, turns away who waits, and asks for all leases back.
   *
   * @param onEmpty runs on the ledger's thread when all have been released, after which it is no
   *     more
   */
  public void close(Runnable onEmpty) {
    actor.tell(new ResourceLedger.Close(onEmpty));
  }

  /**
   * Somebody {@linkplain LeaseRequester#stillWants wants no more}: others may be granted what he
   * held back.
   */
  public void rescanQueue() {
    actor.tell(new ResourceLedger.RescanQueue());
  }

  /** Accelerators were looked at anew. */
  public void probed(List<Device> found) {
    actor.tell(new ResourceLedger.DevicesProbed(found));
  }

  /** The request of that requester, which the ledger's actor is asked about. */
  public WaitPoint request(LeaseRequester requester) {
    return new LedgerRequest(this, requester);
  }

  CompletionStage<WaitStep> explain(LeaseRequester requester) {
    var answer = new CompletableFuture<WaitStep>();
    actor.tell(new ResourceLedger.Explain(requester, answer::complete));
    return answer;
  }

  /** What is free and what waits. */
  public CompletionStage<LedgerReport> report(ActorSystem<?> system) {
    CompletionStage<ResourceLedger.ReportReply> answer = AskPattern.ask(
        actor, reply -> new ResourceLedger.ReportRequest(reply), REPORT_LIMIT, system.scheduler());
    return answer.thenApply(
        report -> new LedgerReport(report.available(), report.waiting(), report.devices()));
  }

  /**
   * Asks for the balance, and to be told once when something may have changed since; then it is to
   * be asked again. One watcher at a time; cheap for the ledger in between.
   *
   * @param onChange runs on the ledger's thread and must not block
   */
  public void watch(ActorRef<BalanceSnapshot> replyTo, Runnable onChange) {
    watch(replyTo::tell, onChange);
  }

  /** The same; both run on the ledger's thread. */
  public void watch(Consumer<BalanceSnapshot> reply, Runnable onChange) {
    actor.tell(new ResourceLedger.Watch(reply, onChange));
  }

  @Override
  public LedgerClient ledger() {
    return this;
  }

  @Override
  public void released(Lease lease) {
    actor.tell(new ResourceLedger.Release(lease));
  }

  @Override
  public void blocked(Lease lease) {
    actor.tell(new ResourceLedger.Blocked(lease));
  }

  @Override
  public void resumed(Lease lease) {
    actor.tell(new ResourceLedger.Resumed(lease));
  }
}
