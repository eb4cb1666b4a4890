/** Whether a tensor belongs to the vision or audio part of a multimodal model. */
export const isTowerTensor = (name: string): boolean =>
  /^(?:model\.)?(?:vision_tower|audio_tower|embed_vision|embed_audio)\./.test(name)
