"""What a person says of a dataset, for its card and the other papers beside it; a run cannot know any of it."""

from corpusmill.pipeline.config.base.section import Section


class AboutSpec(Section):
    """Answers for the papers of a dataset. One that is null is marked there as to be filled in; nothing else depends
    on it.
    """

    title: str | None = None
    """Name of the dataset for people; null: the job's name."""
    description: str | None = None
    """What the dataset is, in a few sentences."""
    license: str | None = None
    """Licence of the dataset as a whole, an SPDX expression: ODC-By-1.0."""
    creator: str | None = None
    """Who made it: a person or an organisation."""
    contact: str | None = None
    """Where questions and removal requests go."""
    representative: str | None = None
    """Authorised representative of the provider in the European Union."""
    homepage: str | None = None
    """Address of a page about the dataset."""
    citation: str | None = None
    """How it is to be cited."""
    published: str | None = None
    """Date of publication, YYYY-MM-DD."""
    version: str | None = None
    """Version of the dataset, for people."""
    models: str | None = None
    """Models that are trained on it, with their versions."""
    model_dependencies: str | None = None
    """Models that these were made from, such as one that is trained further; with links to their summaries."""
    placed_on_market: str | None = None
    """When these models were, or will be, placed on the market of the European Union."""
    purpose: str | None = None
    """What the dataset was made for, and how it furthers that."""
    uses: str | None = None
    """What it should, and should not, be used for."""
    limits: str | None = None
    """What it lacks, known errors and biases."""
    collection: str | None = None
    """How the inputs were collected, by whom, with what crawlers, and what these respected."""
    collected: str | None = None
    """When the inputs were collected; beside the dates that documents carry, which not all of them do."""
    ongoing: str | None = None
    """Whether collection goes on."""
    acquired: str | None = None
    """Where the inputs are from: names and links of public datasets; what was bought or licensed, from whom."""
    opt_out: str | None = None
    """How reservations of rights (robots.txt, ai.txt, headers, requests) were found and respected."""
    illegal_content: str | None = None
    """What was done against illegal content."""
    processing: str | None = None
    """What cleaning, selection and other changes are for, in relation to the models."""
    copyright: str | None = None
    """What of it is protected by copyright, trademark or patent, and what is in the public domain."""
    personal_information: str | None = None
    """Whether it has personal information, and what was done about it."""
    consumer_information: str | None = None
    """Whether it has aggregate consumer information: of groups of consumers, no longer of persons."""
    synthetic: str | None = None
    """Whether any of it was made by models, still is, how, and what for."""
    first_used: str | None = None
    """When the dataset was first used in the development of a model, YYYY-MM-DD."""
    maintenance: str | None = None
    """Who maintains it, how often it is updated, how long versions stay."""
