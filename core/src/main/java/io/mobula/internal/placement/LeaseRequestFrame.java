package io.mobula.internal.placement;

import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import org.jspecify.annotations.Nullable;

/**
 * Frame that asks another node for a lease.
 *
 * @param request the number of the request, which the answer repeats
 * @param purpose what the lease is for
 * @param wanted the resources of the lease
 * @param description describes the requester
 * @param hops how often the request was redirected
 * @param job the job of the work
 * @param group the placement group of the work, or null
 */
record LeaseRequestFrame(
    long request,
    ClusterLeaseRequester.Purpose purpose,
    Resources wanted,
    String description,
    int hops,
    Job job,
    Placement.@Nullable Group group) {

  static LeaseRequestFrame of(ClusterLeaseRequester requester, long request, int hops) {
    return new LeaseRequestFrame(
        request,
        requester.purpose(),
        requester.wanted(),
        requester.description(),
        hops,
        requester.job(),
        PlacementGroupCodec.of(requester.placement()));
  }

  /** Returns the bytes of the frame. */
  byte[] toBytes() {
    var frame = FrameWriter.of(FrameKind.LEASE_REQUEST).int64(request).choice(purpose);
    ResourcesCodec.write(frame, wanted);
    frame.text(description).octet(hops);
    job.write(frame);
    PlacementGroupCodec.write(frame, group);
    return frame.toBytes();
  }

  /** Reads the frame that {@link #toBytes} has made, after its kind. */
  static LeaseRequestFrame read(FrameReader frame) {
    return new LeaseRequestFrame(
        frame.int64(),
        frame.choice(ClusterLeaseRequester.Purpose.values()),
        ResourcesCodec.read(frame),
        frame.text(),
        frame.octet(),
        Job.read(frame),
        PlacementGroupCodec.read(frame));
  }
}
