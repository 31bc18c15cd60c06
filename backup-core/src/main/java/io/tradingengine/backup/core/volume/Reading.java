package io.tradingengine.backup.core.volume;

import io.tradingengine.backup.Compression.Codec;

/**
 * An artifact that is being read, with what would take a walk over all its volumes to find out
 * again.
 *
 * @param artifact what is read
 * @param largestPlain the plain bytes of its largest volume
 * @param largestStored the stored bytes of its largest volume
 * @param encryption what the names of encrypted objects end with
 */
record Reading(Artifact artifact, int largestPlain, int largestStored, String encryption) {

  static Reading of(Artifact artifact, String encryption) {
    long plain = 0;
    long stored = 0;
    for (Volume volume : artifact.volumes()) {
      plain = Math.max(plain, volume.size());
      stored = Math.max(stored, volume.storedSize());
    }
    return new Reading(artifact, Math.toIntExact(plain), Math.toIntExact(stored), encryption);
  }

  /** How many volumes there are. */
  int count() {
    return artifact.volumes().size();
  }

  /** The volume with this index, counted from 0. */
  Volume volume(int index) {
    return artifact.volumes().get(index);
  }

  Codec codec(int index) {
    return VolumeNames.codec(artifact, index, encryption);
  }
}
